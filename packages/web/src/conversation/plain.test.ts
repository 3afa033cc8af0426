import { expect, test } from 'bun:test'
import type { Message } from '@/stores/message.ts'
import { plainText, transcript } from './plain.ts'

const zh = (content: string) => plainText(content, 'zh-CN')

test('a text loses its links and keeps what they say', () => {
  expect(zh('你好 [@小北]({POPBASEURI}user/detail/9) 看 [文档](https://a.example/x)')).toBe(
    '你好 @小北 看 文档 https://a.example/x',
  )
  expect(zh('两行\n[表情3] https://a.example/')).toBe('两行\n[表情3] https://a.example/')
})

test('what is no text is named', () => {
  expect(zh('![图片](/upload/a.png)')).toBe('[图片]')
  expect(zh('file[首页.pdf\t2 MB](/upload/a.pdf)')).toBe('[文件] 首页.pdf')
  expect(zh('https://a.example/y')).toBe('https://a.example/y')
})

test('several messages tell who wrote when', () => {
  const at = (day: number, hour: number) => new Date(2026, 2, day, hour, 5).getTime() / 1000
  const message = (from: number, seconds: number, content: string): Message => ({
    ...{ key: `m${seconds}`, mid: 1, seq: 1, from, name: `n${from}`, avatar: '', seconds, content },
    ...{ notice: false, quoteMid: 0, quoteText: '', auto: false, state: 'sent' },
  })
  const text = transcript(
    [message(1, at(12, 9), '早'), message(2, at(12, 10), '早！'), message(1, at(13, 9), '在吗')],
    {
      locale: 'zh-CN',
      nameOf: ({ name }) => name,
    },
  )
  expect(text).toBe('2026年3月12日\nn1 09:05\n早\nn2 10:05\n早！\n\n2026年3月13日\nn1 09:05\n在吗')
})
