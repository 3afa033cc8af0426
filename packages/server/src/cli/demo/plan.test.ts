import { describe, expect, test } from 'bun:test'
import { DAY_MS } from './calendar.ts'
import { CLUBS, PAIRS } from './clubs.ts'
import { GROUP_CHANGES } from './happenings.ts'
import { PEOPLE, REMARKS, REQUESTS } from './people.ts'
import { type PlannedLine, planTalk } from './plan.ts'
import { Random } from './random.ts'
import { REPLIES, VISITS } from './service.ts'
import type { Town } from './town.ts'

const NOW = Date.UTC(2026, 10, 23, 13, 0)

const usernames = new Set(PEOPLE.map(({ username }) => username))
const textOf = (lines: readonly PlannedLine[]) =>
  JSON.stringify(lines.map(({ at, from, saying }) => [at, from, saying]))

describe('the cast', () => {
  test('is forty people and twelve groups', () => {
    expect(usernames.size).toBe(40)
    expect(PEOPLE).toHaveLength(40)
    expect(new Set(CLUBS.map(({ name }) => name)).size).toBe(12)
  })

  test('only people who are there appear in groups, chats, requests and visits', () => {
    const named = [
      ...CLUBS.flatMap(({ members, silent = [] }) => [...members, ...silent]),
      ...PAIRS.flatMap(([, who, others]) => [who, ...others]),
      ...REQUESTS.flatMap(({ from, to }) => [from, to]),
      ...REMARKS.map(([who]) => who),
      ...REMARKS.map(([, friend]) => friend),
      ...VISITS.flatMap(({ visitor, member }) => [visitor, member]),
      ...Object.keys(REPLIES),
    ]
    expect(named.filter((username) => !usernames.has(username))).toEqual([])
    for (const { members } of CLUBS) expect(new Set(members).size).toBe(members.length)
  })
})

describe('the plan', () => {
  test('has exactly as many lines as asked for, in order, none of them in the future', async () => {
    const lines = await planTalk(2900, NOW, new Random(1))
    expect(lines).toHaveLength(2900)
    const times = lines.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.at(-1)!).toBeLessThanOrEqual(NOW)
    // Groups are made some six weeks before.
    expect(times[0]!).toBeGreaterThan(NOW - 44 * DAY_MS)
  })

  test('is the same at every run with the same seed, and another with another', async () => {
    const [one, same, other] = await Promise.all(
      [7, 7, 8].map((seed) => planTalk(2800, NOW, new Random(seed))),
    )
    expect(textOf(one!)).toBe(textOf(same!))
    expect(textOf(one!)).not.toBe(textOf(other!))
  })

  test('fills every slot, lets only members speak, and quotes what was said before', async () => {
    const lines = await planTalk(2900, NOW, new Random(3))
    for (const line of lines) {
      const { chat, from, saying, quotes } = line
      expect(JSON.stringify(saying)).not.toMatch(/\{@?[A-F]\}|\{\w+\}/)
      expect(chat.kind === 'group' ? chat.club.members : chat.pair).toContain(from)
      if (!quotes) continue
      expect(quotes.chat).toBe(chat)
      expect(quotes.at).toBeLessThan(line.at)
    }
  })

  test('lets nobody speak where they are muted or sent out, or leave', async () => {
    const quiet = GROUP_CHANGES.flatMap(([, path, who, club, values]) => {
      const { uid, members } = values({ uidOf: (username: string) => username } as unknown as Town)
      if (path === 'group/leave') return [[club, who]]
      if (path === 'group/memberdel') return [[club, members]]
      return path === 'group/forbiddenuser' ? [[club, uid]] : []
    })
    expect(quiet.length).toBeGreaterThan(3)
    const lines = await planTalk(2900, NOW, new Random(3))
    for (const [name, username] of quiet) {
      const club = CLUBS.find((one) => one.name === name)!
      expect([name, username, club.silent?.includes(String(username))]).toEqual([name, username, true])
      expect(
        lines.filter(({ chat, from }) => chat.kind === 'group' && chat.club === club && from === username),
      ).toEqual([])
    }
  })

  test('holds every kind of message', async () => {
    const lines = await planTalk(2900, NOW, new Random(3))
    const kinds = new Set(lines.map(({ saying }) => saying.kind))
    expect([...kinds].sort()).toEqual(['file', 'image', 'link', 'text', 'voice'])
    for (const fate of ['revoked', 'deleted'] as const) {
      expect(lines.some((line) => line.fate === fate)).toBe(true)
    }
    expect(lines.some(({ quotes }) => quotes)).toBe(true)
    const said = textOf(lines)
    for (const part of ['[表情', '{@', 'https://example.com/news/']) expect(said).toContain(part)
  })
})
