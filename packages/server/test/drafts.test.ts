import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { DraftRow } from '@parley/contract'
import { type Listener, type Parameters, startSite, type TestSite, type TestUser } from './harness.ts'

/* What somebody has begun to write is on all their devices, and nowhere else. */

const DRAFTS_MAX = 200

let site: TestSite
let tom: TestUser
let jerry: TestUser
let anna: TestUser

beforeAll(async () => {
  site = await startSite()
})
beforeEach(async () => {
  ;[tom, jerry, anna] = (await site.users(3)) as [TestUser, TestUser, TestUser]
})
afterAll(() => site.close())

const seconds = expect.any(Number) as number
const ownEar = (user: TestUser) => site.listen(user, `user-${user.uid}`)
const set = (user: TestUser, draft: Parameters) => site.as(user).call('draft/set', draft)
const listOf = (user: TestUser) => site.as(user).ok<DraftRow[]>('draft/getlist')
const idsOf = async (user: TestUser) => (await listOf(user)).map(({ type, id }) => `${type}${id}`)

const DONE = { code: 0, msg: 'ok', data: [] }

/** Sees to it that nothing was heard but what was taken. */
async function expectSilence(ear: Listener): Promise<void> {
  await ear.barrier()
  expect(ear.heard('draft')).toBe(false)
}

describe('keeping drafts', () => {
  test('the newest comes first; a new one takes the place of the old one of its chat', async () => {
    const gid = await site.group(tom, jerry)
    expect(await listOf(tom)).toEqual([])
    const before = Math.floor(Date.now() / 1000)
    expect(await set(tom, { type: 'friend', id: jerry.uid, content: '你好 [表情1]\n<b>' })).toEqual(DONE)
    await set(tom, { type: 'group', id: gid, content: '群', quote_mid: '7' })
    await set(tom, { type: 'friend', id: anna.uid, content: '  ' })
    const row = { quote_mid: 0, timestamp: seconds }
    expect(await listOf(tom)).toEqual([
      { ...row, type: 'friend', id: anna.uid, content: '  ' },
      { ...row, type: 'group', id: gid, content: '群', quote_mid: 7 },
      { ...row, type: 'friend', id: jerry.uid, content: '你好 [表情1]\n<b>' },
    ])
    for (const { timestamp } of await listOf(tom)) {
      expect(timestamp - before).toBeGreaterThanOrEqual(0)
      expect(timestamp - before).toBeLessThan(60)
    }
    await set(tom, { type: 'group', id: gid, content: '群聊' })
    expect((await listOf(tom))[0]).toEqual({ ...row, type: 'group', id: gid, content: '群聊' })
    expect(await idsOf(tom)).toEqual([`group${gid}`, `friend${anna.uid}`, `friend${jerry.uid}`])
    expect(await listOf(jerry)).toEqual([])
  })

  test('without text and quote it is gone; a quote alone is one', async () => {
    const chat = { type: 'friend', id: jerry.uid }
    await set(tom, { ...chat, content: '', quote_mid: 5 })
    expect(await listOf(tom)).toEqual([
      { type: 'friend', id: jerry.uid, content: '', quote_mid: 5, timestamp: seconds },
    ])
    expect(await set(tom, { ...chat, content: '', quote_mid: 0 })).toEqual(DONE)
    expect(await listOf(tom)).toEqual([])
    expect(await set(tom, { ...chat, content: '' })).toEqual(DONE)
  })

  test('a person and a group with the same number are two chats', async () => {
    const gid = await site.group(tom, jerry)
    // Ids of both kinds count from 1, so there is a person for the group's number.
    expect(gid).not.toBe(tom.uid)
    expect(await set(tom, { type: 'friend', id: gid, content: 'person' })).toEqual(DONE)
    await set(tom, { type: 'group', id: gid, content: 'group' })
    await set(tom, { type: 'friend', id: gid, content: '' })
    expect(await idsOf(tom)).toEqual([`group${gid}`])
  })

  test('sending changes nothing, and words are not masked', async () => {
    await site.set({ dirty_words: '坏话' })
    await set(tom, { type: 'friend', id: jerry.uid, content: '坏话' })
    await site.as(tom).ok('message/send', { to: jerry.uid, type: 'friend', content: '坏话' })
    expect((await listOf(tom))[0]?.content).toBe('坏话')
    await site.set({ dirty_words: '' })
  })

  test('it is written in the order in which a device says it, also when it does not wait', async () => {
    const ear = await ownEar(tom)
    const say = (content: string) =>
      ear.send('parley:call', {
        id: content,
        path: 'draft/set',
        params: { type: 'friend', id: jerry.uid, content },
      })
    for (const content of ['你', '你好', '']) say(content)
    for (let answers = 0; answers < 3; answers++) expect((await ear.next('parley:result')).code).toBe(0)
    expect(await listOf(tom)).toEqual([])
    for (const content of ['你', '你好', '']) expect((await ear.next('draft')).content).toBe(content)
  })
})

describe('other devices', () => {
  test('hear each change; nobody else does, and nothing comes when nothing changed', async () => {
    const gid = await site.group(tom, jerry)
    const own = await ownEar(tom)
    const others = await site.listen(jerry, `user-${jerry.uid}`, `group-${gid}`)
    const friend = { type: 'friend' as const, id: jerry.uid }
    const now = {
      type: 'friend' as const,
      id: `${jerry.uid}`,
      content: '你好',
      quote_mid: 0,
      timestamp: seconds,
    }
    await set(tom, { ...friend, content: '你好' })
    expect(await own.next('draft')).toEqual(now)
    await set(tom, { ...friend, content: '你好', quote_mid: 3 })
    expect(await own.next('draft')).toEqual({ ...now, quote_mid: 3 })
    const [written] = await listOf(tom)
    await set(tom, { ...friend, content: '你好', quote_mid: 3 })
    await expectSilence(own)
    expect(await listOf(tom)).toEqual([written!])
    await set(tom, { ...friend, content: '' })
    expect(await own.next('draft')).toEqual({ ...now, content: '' })
    await set(tom, { ...friend, content: '' })
    await expectSilence(own)
    await set(tom, { type: 'group', id: gid, content: '群' })
    expect(await own.next('draft')).toEqual({ ...now, type: 'group', id: `${gid}`, content: '群' })
    await expectSilence(others)
  })

  test('of two that say the same at once one is heard', async () => {
    const own = await ownEar(tom)
    const draft = { type: 'friend', id: jerry.uid, content: '同' }
    await Promise.all(Array.from({ length: 5 }, () => set(tom, draft)))
    await own.next('draft')
    await expectSilence(own)
  })

  test('old clients get it escaped, once', async () => {
    const own = await ownEar(tom)
    await site.set({ html_escape: 'on' })
    await set(tom, { type: 'friend', id: jerry.uid, content: '<b>&' })
    expect((await own.next('draft')).content).toBe('&lt;b&gt;&amp;')
    expect((await listOf(tom))[0]?.content).toBe('&lt;b&gt;&amp;')
    await site.set({ html_escape: 'off' })
    expect((await listOf(tom))[0]?.content).toBe('<b>&')
  })
})

describe('groups', () => {
  test('a draft waits for who left, and ends with the group', async () => {
    const gid = await site.group(tom, jerry, anna)
    for (const user of [tom, jerry]) await set(user, { type: 'group', id: gid, content: '群' })
    await site.as(jerry).ok('group/leave', { gid })
    expect(await idsOf(jerry)).toEqual([])
    expect((await set(jerry, { type: 'group', id: gid, content: '还' })).code).toBe(2)
    await site.api(tom).ok('group/memberadd', { gid, members: [jerry.uid] })
    expect(await idsOf(jerry)).toEqual([`group${gid}`])
    await site.as(jerry).ok('group/leave', { gid })
    await site.as(tom).ok('group/delete', { gid })
    for (const user of [tom, jerry]) expect(await listOf(user)).toEqual([])
    // There is nothing left that could go, on no device.
    const own = await ownEar(jerry)
    expect(await set(jerry, { type: 'group', id: gid, content: '' })).toEqual(DONE)
    await expectSilence(own)
  })

  test('who left takes a draft away', async () => {
    const gid = await site.group(tom, jerry)
    await set(jerry, { type: 'group', id: gid, content: '群' })
    await site.as(jerry).ok('group/leave', { gid })
    const own = await ownEar(jerry)
    expect(await set(jerry, { type: 'group', id: gid, content: '' })).toEqual(DONE)
    expect(await own.next('draft')).toMatchObject({ type: 'group', id: `${gid}`, content: '', quote_mid: 0 })
  })
})

describe('refusals', () => {
  test('chats that the caller cannot write in', async () => {
    const gid = await site.group(jerry, anna)
    const codeOf = async (draft: Parameters) => (await set(tom, { content: 'x', ...draft })).code
    expect(await codeOf({ type: 'group', id: gid })).toBe(2)
    expect(await codeOf({ type: 'group', id: 999_999 })).toBe(2)
    expect(await codeOf({ type: 'friend', id: tom.uid })).toBe(2)
    expect(await codeOf({ type: 'friend', id: 999_999 })).toBe(101)
    expect(await listOf(tom)).toEqual([])
    // Nobody's draft is taken away, but asking for it is no mistake.
    for (const id of [gid, 999_999]) expect(await codeOf({ type: 'group', id, content: '' })).toBe(0)
    for (const id of [tom.uid, 999_999]) expect(await codeOf({ type: 'friend', id, content: '' })).toBe(0)
  })

  test('visitors, accounts that are disabled, and what is no draft', async () => {
    const draft = { type: 'friend', id: jerry.uid, content: 'x' }
    for (const path of ['draft/set', 'draft/getlist']) expect(await site.visitor().code(path, draft)).toBe(-1)
    for (const missing of ['type', 'id', 'content'])
      expect((await set(tom, { ...draft, [missing]: undefined })).code).toBe(1)
    expect((await set(tom, { ...draft, type: 'both' })).code).toBe(2)
    for (const quote_mid of [-1, 1.5, 'x']) expect((await set(tom, { ...draft, quote_mid })).code).toBe(2)
    expect((await set(tom, { ...draft, content: '长'.repeat(100_001) })).code).toBe(2)
    expect((await set(tom, { ...draft, content: '长'.repeat(100_000) })).code).toBe(0)
    await site.api(tom).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(tom).code('draft/set', draft)).toBe(85)
  })
})

describe('limits', () => {
  test('the 201st takes the place of the oldest, and other devices hear both', async () => {
    const people = await site.users(DRAFTS_MAX)
    const draftTo = (user: TestUser, content = '稿') => set(tom, { type: 'friend', id: user.uid, content })
    for (const user of people) await draftTo(user)
    const [first, second] = people as [TestUser, TestUser]
    // What is written anew is the newest.
    await draftTo(first, '新')
    const own = await ownEar(tom)
    await draftTo(anna)
    expect(await own.next('draft')).toMatchObject({ id: `${anna.uid}`, content: '稿' })
    expect(await own.next('draft')).toMatchObject({ id: `${second.uid}`, content: '', quote_mid: 0 })
    await expectSilence(own)
    const ids = await idsOf(tom)
    expect(ids).toHaveLength(DRAFTS_MAX)
    expect(ids.slice(0, 2)).toEqual([`friend${anna.uid}`, `friend${first.uid}`])
    expect(ids).not.toContain(`friend${second.uid}`)
  })

  test('all of them together are at most a million characters', async () => {
    const people = await site.users(11)
    for (const { uid } of people) await set(tom, { type: 'friend', id: uid, content: '长'.repeat(100_000) })
    expect(await idsOf(tom)).toEqual(
      people
        .slice(1)
        .reverse()
        .map(({ uid }) => `friend${uid}`),
    )
  })
})
