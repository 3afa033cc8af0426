/** An SMS code on its way to a phone. */
export interface SmsMessage {
  /** Digits, with or without a leading `+` and country code. */
  readonly phone: string
  readonly code: string
  /** What the code is for: joining, a forgotten password, changing the password. */
  readonly type: 'register' | 'forget' | 'retrieve'
}

/** A way of sending SMS codes (`SMS_DRIVER`). */
export interface SmsDriver {
  readonly name: 'log' | 'webhook' | 'aliyun' | 'tencent'
  /** Whether people really get the codes; only then may an operation demand one. */
  readonly real: boolean
  /** Resolves once the provider has taken the message. */
  send(message: SmsMessage): Promise<void>
}

/**
 * Why a message was not taken, in the words of the person who runs the site: `unreachable` (network or timeout),
 * `limited` (the provider's own rate limits), `phone` (number refused), `credentials`, `account` (balance, product
 * not opened), `template` (signature or template not approved), `refused` (anything else).
 */
export type SmsFailureReason =
  | 'unreachable'
  | 'limited'
  | 'phone'
  | 'credentials'
  | 'account'
  | 'template'
  | 'refused'

/** A provider did not take a message. Holds no code and no address with parameters: it goes to the log. */
export class SmsFailure extends Error {
  /**
   * @param providerCode the provider's error code or HTTP status; empty when there was no answer
   * @param providerMessage the provider's explanation, cut and without the SMS code
   */
  constructor(
    readonly reason: SmsFailureReason,
    readonly providerCode = '',
    readonly providerMessage = '',
  ) {
    super([reason, providerCode, providerMessage].filter(Boolean).join(': '))
    this.name = 'SmsFailure'
  }
}

const PROVIDER_MESSAGE_MAX = 200

/** The failure for a provider's error answer, its reason looked up by error code. */
export function providerFailure(
  reasons: readonly (readonly [pattern: RegExp, reason: SmsFailureReason])[],
  providerCode: string,
  providerMessage: string,
  message: SmsMessage,
): SmsFailure {
  const reason = reasons.find(([pattern]) => pattern.test(providerCode))?.[1] ?? 'refused'
  // Providers quote parameters in some explanations; the code must not reach the log that way.
  const explanation = providerMessage.replaceAll(message.code, '******').slice(0, PROVIDER_MESSAGE_MAX)
  return new SmsFailure(reason, providerCode, explanation)
}

/** The number as logs may show it: `138******34`. */
export function maskPhone(phone: string): string {
  return phone.length < 8 ? '*'.repeat(phone.length) : `${phone.slice(0, 3)}******${phone.slice(-2)}`
}
