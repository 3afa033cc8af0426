import { describe, expect, test } from 'bun:test'
import { nickname } from './fields.ts'

describe('a name that people see', () => {
  test.each([
    ['  Tom  Cat ', 'Tom  Cat'],
    ['汤姆 🐱', '汤姆 🐱'],
    ['👨‍👩‍👧 علی‌رضا', '👨‍👩‍👧 علی‌رضا'],
    ['Tom\r\nAdmin:\tyes\u0007', 'Tom Admin: yes'],
    ['a\u2028b\u0085c', 'a b c'],
    ['\u202egnp.exe\u202c \u2066x\u2069', 'gnp.exe x'],
  ])('%j becomes %j: on one line, and read the way it is written', (given, expected) => {
    expect(nickname().parse(given)).toBe(expected)
  })

  test.each([
    '',
    ' ',
    '\u200b',
    '\u200d\ufeff',
    '\u3164',
    '\u2800',
    '\u202e',
    '\n',
    '\u00ad\u115f\u17b5\u180e',
  ])('%j shows nothing and is none', (given) => {
    expect(nickname().safeParse(given).success).toBe(false)
  })

  test('has 60 characters at most, however they are coded', () => {
    expect(nickname().safeParse('🐱'.repeat(60)).success).toBe(true)
    expect(nickname().safeParse('🐱'.repeat(61)).success).toBe(false)
  })
})
