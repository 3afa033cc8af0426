import { describe, expect, test } from 'bun:test'
import { mentionQuery, shownName } from './mentions.ts'

describe('who is looked for', () => {
  test('is what follows the @ before the caret', () => {
    expect(mentionQuery('你好@小', 4)).toEqual({ from: 2, query: '小' })
    expect(mentionQuery('@', 1)).toEqual({ from: 0, query: '' })
    expect(mentionQuery('@tom and @li', 12)).toEqual({ from: 9, query: 'li' })
    expect(mentionQuery('@tom 你好', 2)).toEqual({ from: 0, query: 't' })
  })

  test('is nobody after a blank, in an address, far away or before the @', () => {
    expect(mentionQuery('@tom 你好', 7)).toBeUndefined()
    expect(mentionQuery('write to tom@exam', 17)).toBeUndefined()
    expect(mentionQuery(`@${'a'.repeat(40)}`, 41)).toBeUndefined()
    expect(mentionQuery('@tom', 0)).toBeUndefined()
    expect(mentionQuery('hello', 5)).toBeUndefined()
  })
})

test('names stand in one line', () => {
  expect(shownName(' a\n b ')).toBe('a b')
})
