import { describe, expect, test } from 'bun:test'
import { AppError } from '@parley/contract'
import { endsSession, NetworkError, ParleyError } from './errors.ts'

describe('ParleyError', () => {
  test.each(['zh', 'en'] as const)('reads from the text how long to wait (%s)', (language) => {
    const told = new AppError('too_many_requests', { seconds: 12 })
    expect(new ParleyError(told.code, told.text(language), 'message/send').waitMs).toBe(12_000)
  })

  test('waits a moment for a server that is briefly away, and not for a refusal', () => {
    expect(new ParleyError(503, '服务暂时不可用', 'pop/get').waitMs).toBeGreaterThan(0)
    expect(new ParleyError(84, '不是好友', 'message/send').waitMs).toBeUndefined()
  })

  test('names the kind only where the code does', () => {
    expect(new ParleyError(111, '用户名已经存在', 'login/join').kind).toBe('username_taken')
    expect(new ParleyError(2, '参数非法', 'login/join').kind).toBeUndefined()
  })
})

test('what ends a session: none, a disabled account, a deleted one', () => {
  expect([-1, 85, 101].every((code) => endsSession(new ParleyError(code, '', 'pop/get')))).toBe(true)
  expect(endsSession(new ParleyError(503, '', 'pop/get'))).toBe(false)
  expect(endsSession(new NetworkError('unreachable', 'pop/get', true))).toBe(false)
})
