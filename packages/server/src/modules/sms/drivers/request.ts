import { SmsFailure } from './driver.ts'

/** How long a provider may take for its whole answer. */
export const PROVIDER_TIMEOUT_MS = 10_000

interface ProviderRequest {
  readonly headers: Record<string, string>
  readonly body: string
  readonly timeoutMs: number
}

/**
 * Posts to a provider and reads its answer. Redirects are answers like any other: following one would hand the
 * code to an address that nobody configured.
 *
 * @throws SmsFailure `unreachable` when there is no answer in time
 */
export async function postToProvider(
  url: string,
  { headers, body, timeoutMs }: ProviderRequest,
): Promise<{ ok: boolean; status: number; text: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { ok: response.ok, status: response.status, text: await response.text() }
  } catch (error) {
    // The runtime's error names the whole address, parameters included, so it is not kept as the cause.
    const timedOut = error instanceof Error && error.name === 'TimeoutError'
    throw new SmsFailure('unreachable', '', timedOut ? `no answer within ${timeoutMs} ms` : 'no connection')
  }
}

/** The answer's JSON; undefined when it is none. */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
