import { describe, expect, test } from 'bun:test'
import { isPhone, isUsername, passwordStrength, plainPhone } from './form-rules.ts'

describe('a username', () => {
  test.each(['a', '7', 'linXiaoYu', 'a'.repeat(60)])('may be %s', (name) =>
    expect(isUsername(name)).toBe(true),
  )
  test.each(['', 'lin xiao', '林晓', 'a_b', 'a@b', 'é', 'a'.repeat(61), 'a\n'])('may not be %j', (name) =>
    expect(isUsername(name)).toBe(false),
  )
})

describe('a phone number', () => {
  test('may be written with spaces and dashes', () => {
    expect(plainPhone('+86 138-0000-1234')).toBe('+8613800001234')
    expect(isPhone(plainPhone('(0044) 7700 900123'))).toBe(true)
  })
  test.each(['', '1234', '13800a1234', '+', '1+38000012', '1'.repeat(21)])('may not be %j', (phone) =>
    expect(isPhone(phone)).toBe(false),
  )
})

describe('a password', () => {
  test.each(['', 'x', 'a7#K2', '密码三四五'])('%j is too short', (password) =>
    expect(passwordStrength(password)).toBe('short'),
  )
  test.each([
    '123456',
    '987654321',
    'aaaaaaaaaaaa',
    'abcdefghijkl',
    'password1',
    'Qwerty123456',
    'woaini520',
    'kfqzmb',
  ])('%s is weak', (password) => expect(passwordStrength(password)).toBe('weak'))
  test.each(['k4mTb9wx', 'riverstone7'])('%s is fair', (password) =>
    expect(passwordStrength(password)).toBe('fair'),
  )
  test.each(['correct horse battery', 'v9$Tq2!mLx7', '春天的第一封信写给你'])('%s is strong', (password) =>
    expect(passwordStrength(password)).toBe('strong'),
  )
  test('made of the own name is weak', () => {
    expect(passwordStrength('linxiaoyu88')).not.toBe('weak')
    expect(passwordStrength('LinXiaoYu88', ['linxiaoyu', '林晓'])).toBe('weak')
  })
})
