import { describe, expect, test } from 'bun:test'
import { NetworkError, ParleyError } from '@parley/client'
import { AppError, type ErrorName } from '@parley/contract'
import { isMissing, refusedParameter, waitSeconds } from './refusals.ts'

const refusal = (kind: ErrorName, language: 'zh' | 'en', values = {}) => {
  const told = new AppError(kind, values)
  return new ParleyError(told.code, told.text(language), 'login/join')
}

describe.each(['zh', 'en'] as const)('a refusal in %s', (language) => {
  test('is about the parameter that is missing', () => {
    for (const name of ['phone', 'code', 'captcha']) {
      const error = refusal('missing_parameter', language, { name })
      expect(refusedParameter(error)).toBe(name)
      expect(isMissing(error, name)).toBe(true)
    }
    expect(isMissing(refusal('missing_parameter', language, { name: 'code' }), 'phone')).toBe(false)
  })

  test('is about the parameter that is impossible, which is not missing', () => {
    const error = refusal('invalid_parameter', language, { name: 'nickname', expected: '…' })
    expect(refusedParameter(error)).toBe('nickname')
    expect(isMissing(error, 'nickname')).toBe(false)
  })

  test('is about a code or a captcha, which share a number', () => {
    expect(refusedParameter(refusal('captcha_wrong', language))).toBe('captcha')
    expect(refusedParameter(refusal('sms_code_wrong', language))).toBe('code')
    expect(isMissing(refusal('captcha_wrong', language), 'captcha')).toBe(false)
  })

  test('is about the username or the phone', () => {
    expect(refusedParameter(refusal('username_taken', language))).toBe('username')
    expect(refusedParameter(refusal('username_invalid', language))).toBe('username')
    expect(refusedParameter(refusal('phone_taken', language))).toBe('phone')
  })

  test('is about none, and may ask for patience', () => {
    expect(refusedParameter(refusal('registration_off', language))).toBeUndefined()
    expect(refusedParameter(refusal('passwords_differ', language))).toBeUndefined()
    const error = refusal('too_many_requests', language, { seconds: 42 })
    expect(refusedParameter(error)).toBeUndefined()
    expect(waitSeconds(error)).toBe(42)
    expect(waitSeconds(refusal('unavailable', language))).toBe(0)
  })
})

test('what is no refusal is about nothing', () => {
  const error = new NetworkError('timeout', 'login/check', true)
  expect([refusedParameter(error), isMissing(error, 'phone'), waitSeconds(error)]).toEqual([
    undefined,
    false,
    0,
  ])
})
