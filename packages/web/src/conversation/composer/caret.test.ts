import { describe, expect, test } from 'bun:test'
import { deletedBefore, replaced, tokenBefore } from './caret.ts'

describe('a piece', () => {
  test('comes where the caret is', () => {
    expect(replaced('你好', 1, 1, '[表情3]')).toEqual({ text: '你[表情3]好', caret: 6 })
  })

  test('takes the place of what is marked', () => {
    expect(replaced('abcdef', 1, 4, 'X')).toEqual({ text: 'aXef', caret: 2 })
  })
})

describe('Backspace', () => {
  const mentions = [{ uid: 1, name: '小王' }]

  test('takes an emoji as a whole', () => {
    expect(deletedBefore('好[表情12]', 7, [])).toEqual({ text: '好', caret: 1 })
    expect(tokenBefore('好[表情12', 6, [])).toBeUndefined()
  })

  test('takes somebody who was put in as a whole, and nobody else', () => {
    expect(deletedBefore('嗨@小王 ', 5, mentions)).toEqual({ text: '嗨', caret: 1 })
    expect(deletedBefore('嗨@小王', 4, mentions)).toEqual({ text: '嗨', caret: 1 })
    expect(deletedBefore('@小李', 3, mentions)).toEqual({ text: '@小', caret: 2 })
  })

  test('takes one character as people see it', () => {
    expect(deletedBefore('a👨‍👩‍👧', 9, [])).toEqual({ text: 'a', caret: 1 })
    expect(deletedBefore('abc', 2, [])).toEqual({ text: 'ac', caret: 1 })
    expect(deletedBefore('abc', 0, [])).toEqual({ text: 'abc', caret: 0 })
  })
})
