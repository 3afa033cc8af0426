import { expect, test } from 'bun:test'
import { countText, pageTitle } from './page-title.ts'

test('what is unread stands before the site’s name', () => {
  expect(pageTitle(0, 'Parley')).toBe('Parley')
  expect(pageTitle(1, 'Parley')).toBe('(1) Parley')
  expect(pageTitle(99, '喵喵')).toBe('(99) 喵喵')
  expect(pageTitle(100, '喵喵')).toBe('(99+) 喵喵')
})

test('numbers have two figures at most', () => {
  expect([0, 7, 99, 100, 4000].map(countText)).toEqual(['', '7', '99', '99+', '99+'])
})
