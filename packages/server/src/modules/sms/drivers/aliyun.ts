import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { AliyunSms } from '../../../config.ts'
import { providerFailure, type SmsDriver, type SmsFailureReason, type SmsMessage } from './driver.ts'
import { PROVIDER_TIMEOUT_MS, parseAnswer, postToProvider } from './request.ts'
import { acs3Authorization, canonicalQuery, sha256 } from './signing.ts'

const Answer = z.object({ Code: z.string(), Message: z.string().default('') })

/** Error codes of SendSms and of the gateway before it. */
const REASONS: readonly (readonly [RegExp, SmsFailureReason])[] = [
  [/LIMIT_CONTROL|^Throttling|^isv\.BUSINESS_LIMIT/, 'limited'],
  [/^isv\.MOBILE_|BLACK_NUMBER/, 'phone'],
  [/^InvalidAccessKeyId|^SignatureDoesNotMatch|^InvalidTimeStamp|^Forbidden|RAM_PERMISSION/, 'credentials'],
  [/OUT_OF_SERVICE|AMOUNT_NOT_ENOUGH|UN_?SUBSCRI|^isv\.ACCOUNT_/, 'account'],
  [/TEMPLATE|SIGN/, 'template'],
]

/**
 * Alibaba Cloud's short messages: operation SendSms of Dysmsapi 2017-05-25, signed by ACS3-HMAC-SHA256. The template
 * has one variable, called `code`.
 */
export function createAliyunDriver(config: AliyunSms, timeoutMs: number = PROVIDER_TIMEOUT_MS): SmsDriver {
  return {
    name: 'aliyun',
    real: true,
    async send(message) {
      const { url, headers } = signedRequest(config, message)
      const answer = await postToProvider(url, { headers, body: '', timeoutMs })
      // Errors come with HTTP 200 (from SendSms) as well as with 4xx and 5xx (from the gateway).
      const result = Answer.safeParse(parseAnswer(answer.text))
      if (!result.success) throw providerFailure(REASONS, String(answer.status), 'unreadable answer', message)
      const { Code, Message } = result.data
      if (!answer.ok || Code !== 'OK') throw providerFailure(REASONS, Code, Message, message)
    },
  }
}

function signedRequest(config: AliyunSms, { phone, code }: SmsMessage) {
  const query = canonicalQuery({
    // Without a `+`: 11 digits for the mainland, country code and number elsewhere.
    PhoneNumbers: phone.replace(/^\+/, ''),
    SignName: config.sign,
    TemplateCode: config.template,
    TemplateParam: JSON.stringify({ code }),
  })
  const headers = {
    host: new URL(config.endpoint).host,
    'x-acs-action': 'SendSms',
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': '2017-05-25',
  }
  const request = { method: 'POST', path: '/', query, headers, body: '' } as const
  const authorization = acs3Authorization(request, { id: config.accessKeyId, secret: config.accessKeySecret })
  return { url: `${config.endpoint}/?${query}`, headers: { ...headers, authorization } }
}
