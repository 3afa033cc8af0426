import { expect, test } from 'bun:test'
import { initialOf, toneOf } from './initials.ts'

test('the initial of a name is its first telling sign', () => {
  expect(['小老鼠', ' zoe', '【客服】一线', '👩‍👧 妈妈', '...', ''].map(initialOf)).toEqual([
    '小',
    'Z',
    '客',
    '👩‍👧',
    '',
    '',
  ])
})

test('a name keeps its ground, and grounds differ', () => {
  expect(toneOf('小老鼠')).toBe(toneOf('小老鼠'))
  expect(new Set(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(toneOf)).size).toBe(8)
})
