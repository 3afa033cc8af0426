import type { Language } from './errors.ts'

/*
 * What the server writes into a chat is stored in Chinese for everybody (protocol, 1.5). Here it is read again, for those who
 * read another language. The server's own tests hold the two together.
 */

/** Stands in place of a message that was taken back. */
export const REVOKED_TEXT = '此消息已撤回'

// As `personLink` writes them. Somebody who is addressed (`@…`) stands in what people write, not in notices.
const WHO = String.raw`\[(?!@)[^[\]\n]*\]\(\{POPBASEURI\}user/detail/[1-9]\d*\)`
const PERSON = new RegExp(WHO, 'g')
const ONE = `(${WHO})`
const SOME = `(${WHO}(?:、${WHO})*(?: 等 \\d+ 人)?)`
const LEADER = `(?:群主|管理员) ${ONE}`

/** What a notice says, and the same in English; `$1` is a person, people or a name. */
const NOTICES: readonly (readonly [pattern: string, english: string])[] = [
  [`${ONE} 邀请 ${SOME} 加入了群聊`, '$1 invited $2 to the group'],
  [`${ONE} 通过扫描二维码加入了群聊`, '$1 joined the group by its QR code'],
  [`${ONE} 将 ${SOME} 移出了群聊`, '$1 removed $2 from the group'],
  [`${ONE} 退出了群聊`, '$1 left the group'],
  [`${ONE} 成为新的群主`, '$1 owns the group now'],
  [`${LEADER} 将群主转让给 ${ONE}`, '$1 made $2 the owner of the group'],
  [`${LEADER} 将 ${ONE} 设为管理员`, '$1 made $2 a manager'],
  [`${LEADER} 取消了 ${ONE} 的管理员身份`, '$1 removed $2 as a manager'],
  [`${LEADER} 将群名称修改为 (.*)`, '$1 renamed the group to $2'],
  [`${LEADER} 更换了群头像`, '$1 changed the group’s picture'],
  [`${LEADER} 更新了群公告`, '$1 updated the announcement'],
  [`${LEADER} 清空了群公告`, '$1 removed the announcement'],
  [`${ONE} 被禁言 ((?:\\d+(?:天|小时|分钟))+)`, '$1 was muted for $2'],
  [`${ONE} 被解除禁言`, '$1 was unmuted'],
  [`${LEADER} 设置全群禁言`, '$1 muted everyone'],
  [`${LEADER} 解除全群禁言`, '$1 unmuted everyone'],
]
let known: readonly (readonly [RegExp, string])[] | undefined

const UNITS: Record<string, string> = { 天: 'day', 小时: 'hour', 分钟: 'minute' }

/** A list of people, or how long something lasts, in English; anything else as it is. */
function inEnglish(part: string): string {
  const parts = [...part.matchAll(PERSON)].map(([person]) => person)
  const all = Number(/ 等 (\d+) 人$/.exec(part)?.[1] ?? 0)
  if (all > parts.length) parts.push(`${all - parts.length} more`)
  if (parts.length > 1) return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
  if (!/^(?:\d+(?:天|小时|分钟))+$/.test(part)) return part
  return part
    .replace(
      /(\d+)(天|小时|分钟)/g,
      (_, count, unit) => `${count} ${UNITS[unit]}${count === '1' ? '' : 's'} `,
    )
    .trim()
}

/** What the server wrote into a chat, in the reader's language, with its links to people; any other text as it is. */
export function noticeIn(content: string, language: Language): string {
  if (language === 'zh') return content
  if (content === REVOKED_TEXT) return 'This message was unsent'
  // All notices name people.
  if (!content.includes('](')) return content
  known ??= NOTICES.map(([pattern, english]) => [new RegExp(`^${pattern}$`), english])
  for (const [pattern, english] of known) {
    const match = pattern.exec(content)
    if (match) return english.replace(/\$(\d)/g, (_, place) => inEnglish(match[Number(place)]!))
  }
  return content
}
