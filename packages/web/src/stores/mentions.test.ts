import { describe, expect, test } from 'bun:test'
import { fromWire, stillMentioned, toWire, withMention } from './mentions.ts'

const link = (uid: number, name: string) => `[@${name}]({POPBASEURI}user/detail/${uid})`

describe('the text as it is sent', () => {
  test('links who was put in, everybody with uid 0', () => {
    const mentions = [
      { uid: 9, name: '小王' },
      { uid: 0, name: '所有人' },
    ]
    expect(toWire('@小王 看一下，@所有人 也看', mentions)).toBe(
      `${link(9, '小王')} 看一下，${link(0, '所有人')} 也看`,
    )
  })

  test('leaves what was only typed, and what was partly deleted', () => {
    expect(toWire('@小李 你好', [{ uid: 9, name: '小王' }])).toBe('@小李 你好')
    expect(toWire('@小 你好', [{ uid: 9, name: '小王' }])).toBe('@小 你好')
    expect(toWire('mail tom@Tom', [{ uid: 9, name: 'Tom' }])).toBe('mail tom@Tom')
  })

  test('takes the longer of two names, and no part of a Latin word', () => {
    const mentions = [
      { uid: 1, name: '王' },
      { uid: 2, name: '王老师' },
    ]
    expect(toWire('@王老师 和 @王 好', mentions)).toBe(`${link(2, '王老师')} 和 ${link(1, '王')} 好`)
    expect(toWire('@Tommy', [{ uid: 3, name: 'Tom' }])).toBe('@Tommy')
    expect(toWire('@小王你好', [{ uid: 9, name: '小王' }])).toBe(`${link(9, '小王')}你好`)
  })

  test('takes names for what they are, whatever they are made of', () => {
    expect(toWire('@a.*b(c 好', [{ uid: 4, name: 'a.*b(c' }])).toBe(`${link(4, 'a.*b(c')} 好`)
    // A blank in a name is part of it; brackets cannot stand in a link.
    expect(toWire('@Zoe Martin hi', [{ uid: 5, name: 'Zoe Martin' }])).toBe(`${link(5, 'Zoe Martin')} hi`)
    expect(toWire('@[x] hi', [{ uid: 6, name: '[x]' }])).toBe(`${link(6, '【x】')} hi`)
  })

  test('tells two people with one name apart by their order', () => {
    const first = withMention([], { uid: 1, name: '陈' }, '')
    const behind = withMention(first, { uid: 2, name: '陈' }, '@陈 和 ')
    expect(toWire('@陈 和 @陈 ', behind)).toBe(`${link(1, '陈')} 和 ${link(2, '陈')} `)
    const before = withMention(first, { uid: 3, name: '陈' }, '先 ')
    expect(toWire('先 @陈 再 @陈 ', before)).toBe(`先 ${link(3, '陈')} 再 ${link(1, '陈')} `)
  })
})

test('who is not in the text any more is not addressed', () => {
  const mentions = [
    { uid: 1, name: 'a' },
    { uid: 2, name: 'b' },
  ]
  expect(stillMentioned('@b', mentions)).toEqual([{ uid: 2, name: 'b' }])
  expect(stillMentioned('@a @b', mentions)).toBe(mentions)
})

test('a sent text can be written again', () => {
  const content = `${link(9, '小王')} 看 ${link(0, '所有人')}`
  const { text, mentions } = fromWire(content)
  expect(text).toBe('@小王 看 @所有人')
  expect(toWire(text, mentions)).toBe(content)
})
