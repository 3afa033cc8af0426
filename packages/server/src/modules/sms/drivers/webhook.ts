import { type SmsDriver, SmsFailure } from './driver.ts'
import { PROVIDER_TIMEOUT_MS, postToProvider } from './request.ts'

/**
 * Posts `{phone, code, type}` as JSON to an address of the site's own; any 2xx answer means that it was taken.
 */
export function createWebhookDriver(url: string, timeoutMs: number = PROVIDER_TIMEOUT_MS): SmsDriver {
  return {
    name: 'webhook',
    real: true,
    async send({ phone, code, type }) {
      const answer = await postToProvider(url, {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ phone, code, type }),
        timeoutMs,
      })
      if (!answer.ok) throw new SmsFailure('refused', String(answer.status))
    },
  }
}
