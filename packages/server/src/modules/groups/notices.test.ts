import { describe, expect, test } from 'bun:test'
import { noticeIn, parseContent, preview } from '@parley/contract'
import fc from 'fast-check'
import { noticeText } from './notices.ts'

const tom = { uid: 9, nickname: '猫猫' }
const jerry = { uid: 10, nickname: '小老鼠' }
const link = (uid: number, nickname: string) => `[${nickname}]({POPBASEURI}user/detail/${uid})`
const MINUTE = 60_000

describe('notices', () => {
  test('of an invitation name everybody with a link', () => {
    const kitty = { uid: 11, nickname: '喵喵' }
    expect(noticeText.invited(tom, [jerry, kitty])).toBe(
      `${link(9, '猫猫')} 邀请 ${link(10, '小老鼠')}、${link(11, '喵喵')} 加入了群聊`,
    )
  })

  test('name twenty people and count the rest', () => {
    const people = Array.from({ length: 25 }, (_, index) => ({ uid: 100 + index, nickname: `n${index}` }))
    const text = noticeText.removed(tom, people)
    expect(text).toEndWith(`${link(119, 'n19')} 等 25 人 移出了群聊`)
    expect(text).not.toContain('n20')
  })

  test('give the time of a muting in days, hours and minutes, rounded up, without zeros', () => {
    const given = (ms: number) => noticeText.silenced(jerry, ms).replace(`${link(10, '小老鼠')} 被禁言 `, '')
    expect(given(1)).toBe('1分钟')
    expect(given(90_000)).toBe('2分钟')
    expect(given(60 * MINUTE)).toBe('1小时')
    expect(given(24 * 60 * MINUTE)).toBe('1天')
    expect(given((2 * 24 * 60 + 3 * 60 + 4) * MINUTE)).toBe('2天3小时4分钟')
    expect(noticeText.unsilenced(jerry)).toBe(`${link(10, '小老鼠')} 被解除禁言`)
  })

  test('of a new name, a silence and a picture begin with the office', () => {
    expect(noticeText.renamed(tom, '老友记')).toBe(`群主 ${link(9, '猫猫')} 将群名称修改为 老友记`)
    expect(noticeText.allSilenced(tom, 'manager')).toBe(`管理员 ${link(9, '猫猫')} 设置全群禁言`)
    expect(noticeText.allUnsilenced(tom, 'owner')).toBe(`群主 ${link(9, '猫猫')} 解除全群禁言`)
    expect(noticeText.pictureChanged(tom)).toBe(`群主 ${link(9, '猫猫')} 更换了群头像`)
  })

  test('a nickname cannot break out of its link, whatever it is', () => {
    const hostile = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'[](){}!|\n\r\t\\ /:@a猫'), minLength: 1, maxLength: 60 }),
      fc.constant('x](http://evil.example) [y'),
      fc.constant('x]({POPBASEURI}user/detail/1)'),
    )
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const text = noticeText.invited({ uid: 9, nickname: first }, [{ uid: 10, nickname: second }])
        const parsed = parseContent(text)
        expect(text).not.toContain('\n')
        expect(parsed.kind).toBe('text')
        if (parsed.kind !== 'text') return
        const links = parsed.segments.filter(({ kind }) => kind !== 'text')
        expect(links.map((segment) => (segment.kind === 'mention' ? segment.uid : segment))).toEqual([9, 10])
      }),
    )
  })

  test('a group name is text, never a link', () => {
    const parsed = parseContent(noticeText.renamed(tom, '[click](/user/logout)\n![](/p.png)'))
    expect(parsed.kind === 'text' && parsed.segments.map(({ kind }) => kind)).toEqual([
      'text',
      'mention',
      'text',
    ])
  })
})

describe('in English', () => {
  const kitty = { uid: 11, nickname: '喵, 喵' }
  const [cat, mouse] = [link(9, '猫猫'), link(10, '小老鼠')]
  const said = (text: string) => noticeIn(text, 'en')

  test('every notice is known', () => {
    expect(
      [
        noticeText.invited(tom, [jerry, kitty, tom]),
        noticeText.joined(tom),
        noticeText.removed(tom, [jerry]),
        noticeText.left(tom),
        noticeText.succeeded(jerry),
        noticeText.transferred(tom, jerry),
        noticeText.appointed(tom, jerry),
        noticeText.dismissed(tom, jerry),
        noticeText.renamed(tom, '老友记'),
        noticeText.pictureChanged(tom),
        noticeText.announced(tom, 'manager', 'x'),
        noticeText.announced(tom, 'owner', ''),
        noticeText.silenced(jerry, (2 * 24 * 60 + 3 * 60 + 1) * MINUTE),
        noticeText.unsilenced(jerry),
        noticeText.allSilenced(tom, 'owner'),
        noticeText.allUnsilenced(tom, 'manager'),
      ].map(said),
    ).toEqual([
      `${cat} invited ${mouse}, ${link(11, '喵, 喵')} and ${cat} to the group`,
      `${cat} joined the group by its QR code`,
      `${cat} removed ${mouse} from the group`,
      `${cat} left the group`,
      `${mouse} owns the group now`,
      `${cat} made ${mouse} the owner of the group`,
      `${cat} made ${mouse} a manager`,
      `${cat} removed ${mouse} as a manager`,
      `${cat} renamed the group to 老友记`,
      `${cat} changed the group’s picture`,
      `${cat} updated the announcement`,
      `${cat} removed the announcement`,
      `${mouse} was muted for 2 days 3 hours 1 minute`,
      `${mouse} was unmuted`,
      `${cat} muted everyone`,
      `${cat} unmuted everyone`,
    ])
    // None was forgotten above.
    expect(Object.keys(noticeText)).toHaveLength(15)
  })

  test('those whom a notice only counts are counted', () => {
    const people = Array.from({ length: 25 }, (_, index) => ({ uid: 100 + index, nickname: `n${index}` }))
    const line = preview(noticeText.invited(tom, people), 'en', 200)
    expect(line).toStartWith('猫猫 invited n0, n1, ')
    expect(line).toEndWith('n19 and 5 more to the group')
  })

  test('what is no notice stays as it is, and so does everything in Chinese', () => {
    for (const text of [
      '猫猫 退出了群聊',
      '[@猫猫]({POPBASEURI}user/detail/9) 退出了群聊',
      `${cat} 退出了群聊吗`,
      '',
    ])
      expect(said(text)).toBe(text)
    expect(noticeIn(noticeText.left(tom), 'zh')).toBe(noticeText.left(tom))
    expect(preview('此消息已撤回', 'zh')).toBe('此消息已撤回')
    expect(preview('此消息已撤回', 'en')).toBe('This message was unsent')
  })
})
