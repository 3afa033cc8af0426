import { allLink, EVERYBODY, mentionLink } from '@parley/client'

/* Who is addressed in a text that is being written: `@name` in a box, a link to the person on the wire. */

/** Somebody who was put into a text as `@name`. Uid 0 is everybody. */
export interface Mention {
  readonly uid: number
  readonly name: string
}

/** What Latin words and addresses are made of: an `@` among it calls nobody. */
export const WORD = /[A-Za-z0-9_]/
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** All places where one of the names stands as `@name`, longer names first. */
function pattern(mentions: readonly Mention[]): RegExp | undefined {
  const names = [...new Set(mentions.map(({ name }) => name))].sort((a, b) => b.length - a.length)
  if (names.length === 0) return undefined
  // `@Tom` is not in `@Tommy`; Chinese has no blanks, so that what follows `@小王` is another word.
  const ends = names.map((name) => escaped(name) + (WORD.test(name.at(-1)!) ? '(?![A-Za-z0-9_])' : ''))
  return new RegExp(`(?<![A-Za-z0-9_])@(${ends.join('|')})`, 'g')
}

/**
 * The list with one more, which stands at `at` in the text. Of several people with one name the order in the list is
 * their order in the text.
 */
export function withMention(
  mentions: readonly Mention[],
  mention: Mention,
  textBefore: string,
): readonly Mention[] {
  const find = pattern([mention])!
  const before = [...textBefore.matchAll(find)].length
  const same = mentions.filter(({ name }) => name === mention.name)
  const others = mentions.filter(({ name }) => name !== mention.name)
  return [...others, ...same.slice(0, before), mention, ...same.slice(before)]
}

/** Those whose `@name` is still in the text. */
export function stillMentioned(text: string, mentions: readonly Mention[]): readonly Mention[] {
  const find = pattern(mentions)
  if (!find) return mentions
  const names = new Set([...text.matchAll(find)].map((match) => match[1]!))
  const left = mentions.filter(({ name }) => names.has(name))
  return left.length === mentions.length ? mentions : left
}

/** The text as it is sent: each `@name` that was put in is a link to the person. */
export function toWire(text: string, mentions: readonly Mention[]): string {
  const find = pattern(mentions)
  if (!find) return text
  const used = new Map<string, number>()
  return text.replace(find, (_, name: string) => {
    const people = mentions.filter((mention) => mention.name === name)
    const count = used.get(name) ?? 0
    used.set(name, count + 1)
    const { uid } = people[Math.min(count, people.length - 1)]!
    return uid === EVERYBODY ? allLink(name) : mentionLink(uid, name)
  })
}

const LINK = /\[@([^[\]\n]+)\]\(\{POPBASEURI\}user\/detail\/(0|[1-9]\d{0,14})\)/g

/** A sent text as it is written: the opposite of {@link toWire}. */
export function fromWire(content: string): { text: string; mentions: readonly Mention[] } {
  const mentions: Mention[] = []
  const text = content.replace(LINK, (_, name: string, uid: string) => {
    mentions.push({ uid: Number(uid), name })
    return `@${name}`
  })
  return { text, mentions }
}
