import { describe, expect, test } from 'bun:test'
// The stores need a page.
import '@/browser/page.fixture.ts'
import { loadMatcher } from '@/people/matching.ts'
import type { Reply } from '@/stores/replies.ts'
import { matchingReplies, slashQuery } from './slash.ts'

const reply = (id: number, title: string, content: string): Reply => ({
  ...{ id, title, content, type: 2, keyword: '', is_show: 1, weights: 0, is_default: 0 },
})

describe('what is looked for behind a slash', () => {
  test('stands at the beginning', () => {
    expect(slashQuery('/', 1)).toBe('')
    expect(slashQuery('/发货', 3)).toBe('发货')
    expect(slashQuery('好/发货', 4)).toBeUndefined()
    expect(slashQuery('/发货', 0)).toBeUndefined()
  })

  test('is one line, and no path', () => {
    expect(slashQuery('/a\nb', 4)).toBeUndefined()
    expect(slashQuery('/etc/hosts', 10)).toBeUndefined()
  })
})

describe('replies', () => {
  const replies = [
    reply(1, '问候', '您好，请问有什么可以帮您？'),
    reply(2, '今天发货', '已经发出'),
    reply(3, '发货时间', '当天下午'),
    reply(4, '价格', '满 99 元包邮，当天发货'),
  ]

  test('are all there without words', () => {
    expect(matchingReplies(replies, '')).toBe(replies)
  })

  test('are found by title, then by their text', () => {
    expect(matchingReplies(replies, '发货').map(({ id }) => id)).toEqual([3, 2, 4])
    expect(matchingReplies(replies, '没有')).toEqual([])
  })

  test('are found by the pinyin of their title, before those that have the letters in their text', async () => {
    const more = [reply(5, '网址', 'fhsj.example'), ...replies]
    const matcher = await loadMatcher()
    const found = (query: string) => matchingReplies(more, query, matcher).map(({ id }) => id)
    expect(found('fhsj')).toEqual([3, 5])
    expect(found('fahuo')).toEqual([3, 2])
    expect(matchingReplies(more, 'fahuo')).toEqual([])
  })
})
