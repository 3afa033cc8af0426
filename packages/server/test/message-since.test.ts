import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { MissedMessages } from '@parley/contract'
import { newChat } from './chat.ts'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* Coming back: a client that knows a chat up to some seq gets what it missed, and just that. */

const FULL_LENGTH = 20_000

let site: TestSite
let tom: TestUser
let jerry: TestUser
let stranger: TestUser

beforeAll(async () => {
  site = await startSite()
  tom = await site.user({ nickname: '猫猫' })
  jerry = await site.user({ nickname: '小老鼠' })
  stranger = await site.user({ nickname: '路人' })
  await site.befriend(tom, jerry)
})
afterAll(() => site.close())

const chatOf = (contents: readonly string[]) => newChat(site, contents)
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`)

const since = (reader: TestUser, peer: TestUser, seq: number, more = {}): Promise<MissedMessages> =>
  site.as(reader).ok('message/since', { id: peer.uid, type: 'friend', seq, ...more })
const contents = ({ messages }: MissedMessages) => messages.map(({ content }) => content)

/** Asks until there is no more, as a client does. */
async function catchUp(reader: TestUser, address: { id: number; type: string }, seq: number, limit: number) {
  const pages: MissedMessages[] = []
  for (let at = seq; pages.at(-1)?.more !== 0; at = pages.at(-1)!.through_seq)
    pages.push(await site.as(reader).ok('message/since', { ...address, seq: at, limit }))
  return pages
}

describe('message/since', () => {
  test('gives what came after a seq, oldest first, in the shape of message/get', async () => {
    const { a, b } = await chatOf(numbered(5))
    const missed = await since(b, a, 3)
    expect(missed).toEqual({ messages: expect.any(Array), through_seq: 5, last_seq: 5, more: 0 })
    expect(contents(missed)).toEqual(['4', '5'])
    const history = await site.as(b).ok('message/get', { id: a.uid, type: 'friend' })
    expect(missed.messages).toEqual(history.slice(3))
    expect((await since(b, a, 0)).messages).toEqual(history)
  })

  test('carries on from the seq of a send and of a push', async () => {
    const { a, b } = await chatOf([])
    const ear = await site.listen(b, `user-${b.uid}`)
    const sent = await site.as(a).ok('message/send', { to: b.uid, type: 'friend', content: '一' })
    expect((await ear.next('message')).seq).toBe(sent.seq)
    await site.as(a).ok('message/send', { to: b.uid, type: 'friend', content: '二' })
    expect(contents(await since(b, a, sent.seq))).toEqual(['二'])
  })

  test('is empty for who has everything, has more than there is, or has not begun', async () => {
    const { a, b } = await chatOf(numbered(2))
    const nothing = { messages: [], through_seq: 2, last_seq: 2, more: 0 }
    expect(await since(b, a, 2)).toEqual(nothing)
    expect(await since(b, a, 99)).toEqual(nothing)
    const empty = { messages: [], through_seq: 0, last_seq: 0, more: 0 }
    expect(await since(stranger, tom, 0)).toEqual(empty)
    expect(await since(stranger, { ...tom, uid: 999_999 }, 0)).toEqual(empty)
  })

  test('comes in pages: nothing is missing, nothing comes twice, and the last says so', async () => {
    const { a, b } = await chatOf(numbered(7))
    const pages = await catchUp(b, { id: a.uid, type: 'friend' }, 1, 3)
    expect(pages.map(contents)).toEqual([
      ['2', '3', '4'],
      ['5', '6', '7'],
    ])
    expect(pages.map(({ through_seq, last_seq, more }) => [through_seq, last_seq, more])).toEqual([
      [4, 7, 1],
      [7, 7, 0],
    ])
  })

  test('marks nothing as read', async () => {
    const { a, b } = await chatOf(numbered(2))
    await since(b, a, 0)
    expect(await site.as(b).ok('message/unreadcount', { id: a.uid, type: 'friend' })).toBe(2)
  })

  test('works over the websocket and with a server key', async () => {
    const { a, b } = await chatOf(numbered(2))
    const ear = await site.listen(b)
    const params = { id: a.uid, type: 'friend', seq: 1 }
    ear.send('parley:call', { id: 1, path: 'message/since', params })
    const { data } = await ear.next('parley:result')
    expect(contents(data)).toEqual(['2'])
    expect(await site.api(b).ok('message/since', params)).toEqual(data)
  })
})

describe('what was taken away meanwhile', () => {
  test('revoked ones come as their notice; deleted ones are left out and are no gap', async () => {
    const { a, b, mids } = await chatOf(numbered(6))
    const at = (index: number) => ({ id: b.uid, type: 'friend', mid: mids[index]! })
    await site.as(a).ok('message/revoke', at(2))
    await site.as(a).ok('message/delete', { ...at(3), ty: 2 })
    await site.as(b).ok('message/delete', { id: a.uid, type: 'friend', mid: mids[4]!, ty: 1 })
    const missed = await since(b, a, 1)
    expect(missed.messages.map(({ seq, sub_type, content }) => [seq, sub_type, content])).toEqual([
      [2, 'message', '2'],
      [3, 'notice', '此消息已撤回'],
      [6, 'message', '6'],
    ])
    expect(missed).toMatchObject({ through_seq: 6, last_seq: 6, more: 0 })
    expect(contents(await since(a, b, 3))).toEqual(['5', '6'])
  })

  test('a client gets past the end of a chat that was deleted, and past a page of them', async () => {
    const { a, b, mids } = await chatOf(numbered(5))
    for (const mid of [mids[1]!, mids[2]!, mids[4]!])
      await site.as(b).ok('message/delete', { id: a.uid, type: 'friend', mid, ty: 1 })
    const pages = await catchUp(b, { id: a.uid, type: 'friend' }, 0, 1)
    expect(pages.map((page) => [contents(page), page.through_seq, page.more])).toEqual([
      [['1'], 1, 1],
      [['4'], 5, 0],
    ])
    expect(await since(b, a, 4)).toEqual({ messages: [], through_seq: 5, last_seq: 5, more: 0 })
  })
})

describe('in a group', () => {
  test('rows have names, who joins later may read what came before, who leaves reads no more', async () => {
    const gid = await site.group(tom, jerry)
    await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '吱' })
    const late = await site.user({ nickname: '迟到' })
    await site.befriend(tom, late)
    const address = { id: gid, type: 'group', seq: 1 }
    expect(await site.as(late).code('message/since', address)).toBe(2)
    await site.as(tom).ok('group/memberadd', { gid, members: [late.uid] })
    const missed = await site.as(late).ok<MissedMessages>('message/since', address)
    expect(missed.messages[0]).toMatchObject({ seq: 2, content: '吱', name: '小老鼠' })
    expect(missed.messages).toEqual(
      (await site.as(late).ok('message/get', { id: gid, type: 'group' })).slice(1),
    )
    await site.as(late).ok('group/leave', { gid })
    expect(await site.as(late).code('message/since', address)).toBe(2)
  })
})

describe('the limits', () => {
  test('ten thousand are caught up with in pages of 500', async () => {
    const { a, b } = await chatOf(['first'])
    const { db, conversations } = site.services
    const conversationId = (await conversations.direct(a.uid, b.uid))!
    const draft = { conversationId, from: a.uid, subType: 'message' as const, at: Date.now() }
    const rest = { quoteMid: 0, quoteContent: '', uniqueId: null, auto: 0 as const }
    await Promise.all(numbered(10_000).map((content) => db.append({ ...draft, ...rest, content })))
    const pages = await catchUp(b, { id: a.uid, type: 'friend' }, 1, 500)
    expect(pages.map(({ messages }) => messages.length)).toEqual(Array.from({ length: 20 }, () => 500))
    expect(pages.flatMap(({ messages }) => messages.map(({ seq }) => seq))).toEqual(
      Array.from({ length: 10_000 }, (_, index) => index + 2),
    )
  }, 300_000)

  test('long messages come in shorter pages, one at least', async () => {
    const { a, b } = await chatOf(
      Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(FULL_LENGTH, '长')),
    )
    const pages = await catchUp(b, { id: a.uid, type: 'friend' }, 0, 500)
    expect(pages.map(({ messages }) => messages.length)).toEqual([13, 7])
    await site.set({ message_limit: '100000' })
    for (const letter of ['x', 'y', 'z']) {
      const content = letter.repeat(100_000)
      await site.as(a).ok('message/send', { to: b.uid, type: 'friend', content })
    }
    const longer = await catchUp(b, { id: a.uid, type: 'friend' }, 20, 500)
    expect(longer.map(({ messages }) => messages.length)).toEqual([2, 1])
  })
})

describe('who may not', () => {
  test('visitors sign in; strangers see no group, existing or not, and nobody’s chat', async () => {
    const gid = await site.group(tom, jerry)
    const group = { id: gid, type: 'group', seq: 0 }
    expect(await site.visitor().code('message/since', group)).toBe(-1)
    expect(await site.as(stranger).code('message/since', group)).toBe(2)
    expect(await site.as(stranger).code('message/since', { ...group, id: 999_999 })).toBe(2)
    await site.as(tom).ok('message/send', { to: jerry.uid, type: 'friend', content: '密' })
    for (const peer of [tom, jerry]) expect((await since(stranger, peer, 0)).messages).toEqual([])
  })

  test.each([
    [{ type: 'friend', seq: 1 }, 1],
    [{ id: 1, seq: 1 }, 1],
    [{ id: 1, type: 'friend' }, 1],
    [{ id: 1, type: 'friend', seq: '' }, 1],
    [{ id: 1, type: 'x', seq: 1 }, 2],
    [{ id: 'abc', type: 'friend', seq: 1 }, 2],
    [{ id: 1, type: 'friend', seq: -1 }, 2],
    [{ id: 1, type: 'friend', seq: 1.5 }, 2],
    [{ id: 1, type: 'friend', seq: '9'.repeat(30) }, 2],
    [{ id: 1, type: 'friend', seq: 'x' }, 2],
    [{ id: 1, type: 'friend', seq: 1, limit: 0 }, 2],
    [{ id: 1, type: 'friend', seq: 1, limit: 501 }, 2],
  ])('%j: code %d', async (parameters, code) => {
    expect(await site.as(tom).code('message/since', parameters)).toBe(code)
  })
})

describe('pop/get', () => {
  test('tells each chat’s newest seq, so that a client knows where to ask', async () => {
    const { a, b, mids } = await chatOf(numbered(3))
    const entry = async () => (await site.as(b).ok('pop/get')).chatting[`friend${a.uid}`]
    expect(await entry()).toMatchObject({ last_seq: 3, items: [{ seq: 3 }] })
    await site.as(b).ok('message/delete', { id: a.uid, type: 'friend', mid: mids[2]!, ty: 1 })
    expect(await entry()).toMatchObject({ last_seq: 3, items: [{ seq: 2 }] })
  })
})
