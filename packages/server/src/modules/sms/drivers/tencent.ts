import { z } from 'zod'
import { toSeconds } from '../../../clock.ts'
import type { TencentSms } from '../../../config.ts'
import { providerFailure, type SmsDriver, type SmsFailureReason, type SmsMessage } from './driver.ts'
import { PROVIDER_TIMEOUT_MS, parseAnswer, postToProvider } from './request.ts'
import { tc3Authorization } from './signing.ts'

const Status = z.object({ Code: z.string(), Message: z.string().default('') })

/** Either the whole request failed (`Error`), or there is one status for each number. */
const Answer = z.object({
  Response: z.object({ Error: Status.optional(), SendStatusSet: z.array(Status).optional() }),
})

/** Error codes of SendSms and of the gateway before it. */
const REASONS: readonly (readonly [RegExp, SmsFailureReason])[] = [
  [/^LimitExceeded|^RequestLimitExceeded/, 'limited'],
  [/PhoneNumber/, 'phone'],
  [/^AuthFailure|^UnauthorizedOperation/, 'credentials'],
  [/InsufficientBalance|SdkAppId|^ResourceInsufficient/, 'account'],
  [/Signature|Template/, 'template'],
]

/**
 * Tencent Cloud's short messages: operation SendSms 2021-01-11, signed by TC3-HMAC-SHA256. The template has one
 * variable, `{1}`, the code.
 */
export function createTencentDriver(config: TencentSms, timeoutMs: number = PROVIDER_TIMEOUT_MS): SmsDriver {
  return {
    name: 'tencent',
    real: true,
    async send(message) {
      const { headers, body } = signedRequest(config, message)
      const answer = await postToProvider(`${config.endpoint}/`, { headers, body, timeoutMs })
      const result = Answer.safeParse(parseAnswer(answer.text))
      const response = result.data?.Response
      const status = response?.Error ?? response?.SendStatusSet?.[0]
      if (!status) throw providerFailure(REASONS, String(answer.status), 'unreadable answer', message)
      if (!answer.ok || status.Code !== 'Ok')
        throw providerFailure(REASONS, status.Code, status.Message, message)
    },
  }
}

function signedRequest(config: TencentSms, { phone, code }: SmsMessage) {
  const timestamp = toSeconds(Date.now())
  const body = JSON.stringify({
    PhoneNumberSet: [toE164(phone)],
    SmsSdkAppId: config.appId,
    SignName: config.sign,
    TemplateId: config.template,
    TemplateParamSet: [code],
  })
  const contentType = 'application/json; charset=utf-8'
  // Signed values are lower case by the scheme, also that of the operation.
  const signed = {
    'content-type': contentType,
    host: new URL(config.endpoint).host,
    'x-tc-action': 'sendsms',
  }
  const request = { method: 'POST', path: '/', query: '', headers: signed, body } as const
  const key = { id: config.secretId, secret: config.secretKey }
  const headers = {
    Authorization: tc3Authorization(request, key, 'sms', timestamp),
    'Content-Type': contentType,
    'X-TC-Action': 'SendSms',
    'X-TC-Version': '2021-01-11',
    'X-TC-Timestamp': String(timestamp),
    'X-TC-Region': config.region,
  }
  return { headers, body }
}

/** Numbers without a country code are taken for the mainland's when they look like one. */
function toE164(phone: string): string {
  if (phone.startsWith('+')) return phone
  return /^1\d{10}$/.test(phone) ? `+86${phone}` : `+${phone}`
}
