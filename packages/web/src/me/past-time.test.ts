import { expect, test } from 'bun:test'
import { pastTime } from './past-time.ts'

const NOW = Date.UTC(2026, 2, 12, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test.each([
  [0, undefined, undefined],
  [-MINUTE, undefined, undefined],
  [10 * MINUTE - 1, undefined, undefined],
  [10 * MINUTE, '10分钟前', '10 minutes ago'],
  [59 * MINUTE, '59分钟前', '59 minutes ago'],
  [HOUR, '1小时前', '1 hour ago'],
  [23 * HOUR, '23小时前', '23 hours ago'],
  [DAY, '昨天', 'yesterday'],
  [6 * DAY, '6天前', '6 days ago'],
  [7 * DAY, '2026年3月5日', 'Mar 5, 2026'],
])('%d ms ago', (ago, zh, en) => {
  expect(pastTime(NOW - ago, NOW, 'zh-CN')).toBe(zh as string)
  expect(pastTime(NOW - ago, NOW, 'en')).toBe(en as string)
})
