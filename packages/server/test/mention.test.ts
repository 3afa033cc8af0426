import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { setImmediate } from 'node:timers/promises'
import { allLink, type ChatEntry, mentionLink } from '@parley/contract'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* Addressing people in groups: the list of chats tells of the first unread message that mentions its user. */

let site: TestSite
let tom: TestUser
let jerry: TestUser
let kitty: TestUser
let queries = 0

beforeAll(async () => {
  site = await startSite({ onQuery: () => queries++ })
  ;[tom, jerry, kitty] = (await site.users(3)) as [TestUser, TestUser, TestUser]
})
afterAll(() => site.close())

const EVERYBODY = allLink('所有人')
const at = (...people: TestUser[]) => people.map(({ uid, nickname }) => mentionLink(uid, nickname)).join(' ')

const say = async (from: TestUser, gid: number, content: string): Promise<number> =>
  (await site.as(from).ok('message/send', { to: gid, type: 'group', content })).mid

/** As pop/get tells it, which must be what pop/chats tells. */
async function mentionOf(user: TestUser, id: number, type: ChatEntry['type'] = 'group'): Promise<number> {
  const entry: ChatEntry = (await site.as(user).ok('pop/get')).chatting[`${type}${id}`]
  const { list } = await site.as(user).ok<{ list: ChatEntry[] }>('pop/chats', { limit: 100 })
  expect(list.find((other) => other.id === id && other.type === type)).toEqual(entry)
  return entry.mention_mid
}

const rows = () => site.services.db.read.selectFrom('mention').select(['uid', 'mid']).orderBy('mid').execute()

describe('somebody is mentioned', () => {
  test('and finds the first unread message that does so, until the chat is read', async () => {
    const gid = await site.group(tom, jerry, kitty)
    await say(tom, gid, '大家好')
    expect(await mentionOf(jerry, gid)).toBe(0)
    const first = await say(tom, gid, `${at(jerry)} 看一下`)
    await say(kitty, gid, `再说一遍 ${at(jerry, tom)}`)
    expect(await mentionOf(jerry, gid)).toBe(first)
    expect(await mentionOf(kitty, gid)).toBe(0)
    await site.as(jerry).ok('message/get', { id: gid, type: 'group' })
    expect(await mentionOf(jerry, gid)).toBe(0)
    const later = await say(tom, gid, at(jerry))
    expect(await mentionOf(jerry, gid)).toBe(later)
    await say(jerry, gid, '收到')
    expect(await mentionOf(jerry, gid)).toBe(0)
  })

  test('again when the chat is marked as unread', async () => {
    const gid = await site.group(tom, jerry)
    const mid = await say(tom, gid, at(jerry))
    await site.as(jerry).ok('message/updateLastReadTime', { id: gid, type: 'group' })
    await site.as(jerry).ok('group/memberupdate', { gid, unread_count: 1 })
    expect(await mentionOf(jerry, gid)).toBe(mid)
  })

  test('the pushed message names them', async () => {
    const gid = await site.group(tom, jerry, kitty)
    const ear = await site.listen(jerry, `group-${gid}`)
    await say(tom, gid, `${at(kitty, jerry, kitty)} ${EVERYBODY}`)
    expect((await ear.next('message')).mentions).toEqual([kitty.uid, jerry.uid, 0])
    await say(tom, gid, '没事了')
    expect(await ear.next('message')).not.toHaveProperty('mentions')
  })

  test('a retry stores nothing twice', async () => {
    const gid = await site.group(tom, jerry)
    const once = { to: gid, type: 'group', content: at(jerry), uniqueId: 'again' }
    const { mid } = await site.as(tom).ok('message/send', once)
    expect((await site.as(tom).ok('message/send', once)).mid).toBe(mid)
    expect((await rows()).filter((row) => row.mid === mid)).toEqual([{ uid: jerry.uid, mid }])
  })

  test('many messages at once, with mentions and without, each have their own', async () => {
    const gid = await site.group(tom, jerry, kitty)
    const contents = Array.from({ length: 60 }, (_, n) =>
      n % 3 === 0 ? at(n % 2 ? jerry : kitty) : `第${n}条`,
    )
    const mids = await Promise.all(contents.map((content) => say(tom, gid, content)))
    const expected = mids.flatMap((mid, n) => (n % 3 === 0 ? { uid: (n % 2 ? jerry : kitty).uid, mid } : []))
    expect((await rows()).filter(({ mid }) => mids.includes(mid))).toEqual(
      expected.toSorted((a, b) => a.mid - b.mid),
    )
  })
})

describe('everybody is mentioned', () => {
  test('by the owner and the managers; from others it is only text', async () => {
    const gid = await site.group(tom, jerry, kitty)
    await say(jerry, gid, `${EVERYBODY} 集合`)
    expect(await mentionOf(kitty, gid)).toBe(0)
    await site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    const mid = await say(jerry, gid, `${EVERYBODY} 集合`)
    expect(await mentionOf(kitty, gid)).toBe(mid)
    expect(await mentionOf(tom, gid)).toBe(mid)
    const own = await say(tom, gid, EVERYBODY)
    expect(await mentionOf(jerry, gid)).toBe(own)
  })

  test('which does not mention who says it, also when they mark the chat as unread', async () => {
    const gid = await site.group(tom, jerry)
    await say(tom, gid, `${EVERYBODY} ${at(tom)}`)
    await site.as(tom).ok('group/memberupdate', { gid, unread_count: 1 })
    expect(await mentionOf(tom, gid)).toBe(0)
  })

  test('the first of both kinds counts', async () => {
    const gid = await site.group(tom, jerry)
    const first = await say(tom, gid, at(jerry))
    await say(tom, gid, EVERYBODY)
    expect(await mentionOf(jerry, gid)).toBe(first)
  })

  test('nobody who comes later finds a mention from before', async () => {
    const gid = await site.group(tom, jerry)
    await say(tom, gid, `${EVERYBODY} ${at(kitty)}`)
    // Into another millisecond: the message is from before.
    for (const sent = Date.now(); Date.now() <= sent; ) await setImmediate()
    await site.befriend(tom, kitty)
    await site.as(tom).ok('group/memberadd', { gid, members: [kitty.uid] })
    await say(tom, gid, '欢迎')
    expect(await mentionOf(kitty, gid)).toBe(0)
    await site.as(kitty).ok('group/memberupdate', { gid, unread_count: 5 })
    expect(await mentionOf(kitty, gid)).toBe(0)
  })
})

describe('nobody is mentioned', () => {
  test('by a link without @, by notices, in one-to-one chats, nor who is not in the group', async () => {
    const stranger = await site.user({ nickname: '@所有人' })
    const gid = await site.group(tom, stranger, jerry)
    const before = (await rows()).length
    await say(tom, gid, `[${jerry.nickname}]({POPBASEURI}user/detail/${jerry.uid})`)
    await say(tom, gid, '[所有人]({POPBASEURI}user/detail/0)')
    await say(tom, gid, `${at(kitty)} [@x]({POPBASEURI}user/detail/999999) [@y]({POPBASEURI}user/detail/x)`)
    // A notice names the stranger, who is called like everybody.
    await site.as(tom).ok('group/manager', { gid, uid: stranger.uid, value: 1 })
    await site
      .as(tom)
      .ok('message/send', { to: jerry.uid, type: 'friend', content: `${at(jerry)} ${EVERYBODY}` })
    expect(await mentionOf(jerry, gid)).toBe(0)
    expect(await mentionOf(jerry, tom.uid, 'friend')).toBe(0)
    expect((await rows()).length).toBe(before)
  })

  test('by a message that was taken back, deleted for all, or deleted by who was mentioned', async () => {
    const gid = await site.group(tom, jerry)
    const revoked = await say(tom, gid, at(jerry))
    const deleted = await say(tom, gid, at(jerry))
    const hidden = await say(tom, gid, at(jerry))
    const left = await say(tom, gid, at(jerry))
    const chat = { id: gid, type: 'group' }
    for (const [mid, next] of [
      [revoked, deleted],
      [deleted, hidden],
    ] as const) {
      expect(await mentionOf(jerry, gid)).toBe(mid)
      if (mid === revoked) await site.as(tom).ok('message/revoke', { ...chat, mid })
      else await site.as(tom).ok('message/delete', { ...chat, mid, ty: 2 })
      expect(await mentionOf(jerry, gid)).toBe(next)
    }
    await site.as(jerry).ok('message/delete', { ...chat, mid: hidden, ty: 1 })
    expect(await mentionOf(jerry, gid)).toBe(left)
    expect((await rows()).map(({ mid }) => mid)).not.toContain(revoked)
  })

  test('beyond fifty in one message', async () => {
    const people = await site.users(52)
    const gid = await site.group(tom, ...people)
    const mid = await say(tom, gid, at(...people))
    const uids = (await rows()).filter((row) => row.mid === mid).map(({ uid }) => uid)
    expect(new Set(uids)).toEqual(new Set(people.slice(0, 50).map(({ uid }) => uid)))
    expect(uids).toHaveLength(50)
  })

  test('less by masked words: the number in a link stays', async () => {
    const gid = await site.group(tom, jerry)
    await site.set({ dirty_words: `user\n${jerry.uid}` })
    try {
      expect(await mentionOf(jerry, gid)).toBe(0)
      const mid = await say(tom, gid, `${at(jerry)} user`)
      expect(await mentionOf(jerry, gid)).toBe(mid)
    } finally {
      await site.set({ dirty_words: '' })
    }
  })
})

test('forty groups with mentions cost the list as many queries as two', async () => {
  const cost = async (groups: number): Promise<number> => {
    const me = await site.user()
    for (let n = 0; n < groups; n++) await say(tom, await site.group(tom, me), at(me))
    await site.services.reload()
    const before = queries
    const { chatting } = await site.as(me).ok('pop/get')
    const entries = Object.values<ChatEntry>(chatting)
    expect(entries.map(({ mention_mid }) => mention_mid > 0)).toEqual(Array(groups).fill(true))
    return queries - before
  }
  const few = await cost(2)
  expect(await cost(40)).toBe(few)
})
