import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { MessageRow, MessagesAround } from '@parley/contract'
import { newChat } from './chat.ts'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* Jumping to a message: the history around it, from where a client pages on in both directions. */

let site: TestSite

beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.close())

const chatOf = (contents: readonly string[]) => newChat(site, contents)
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`)
const around = (reader: TestUser, peer: TestUser, mid: number, more = {}) =>
  site.as(reader).ok<MessagesAround>('message/around', { id: peer.uid, type: 'friend', mid, ...more })
const contents = ({ messages }: { messages: MessageRow[] }) => messages.map(({ content }) => content)

describe('message/around', () => {
  test('gives half of the page before the message and half from it on, as rows of message/get', async () => {
    const { a, b, mids } = await chatOf(numbered(9))
    const found = await around(b, a, mids[4]!, { limit: 4 })
    expect(contents(found)).toEqual(['3', '4', '5', '6'])
    expect(found).toMatchObject({ before: 1, after: 1 })
    const history = await site.as(b).ok<MessageRow[]>('message/get', { id: a.uid, type: 'friend' })
    expect(found.messages).toEqual(history.slice(2, 6))
    expect(contents(await around(b, a, mids[4]!, { limit: 5 }))).toEqual(['3', '4', '5', '6', '7'])
    expect(contents(await around(b, a, mids[4]!, { limit: 1 }))).toEqual(['5'])
  })

  test('tells at which ends there is more', async () => {
    const { a, b, mids } = await chatOf(numbered(9))
    const ends = async (index: number, limit?: number) => {
      const { messages, before, after } = await around(b, a, mids[index]!, { limit })
      return [messages.length, before, after]
    }
    expect(await ends(4)).toEqual([9, 0, 0])
    expect(await ends(0, 4)).toEqual([2, 0, 1])
    expect(await ends(8, 4)).toEqual([3, 1, 0])
    expect(await ends(2, 4)).toEqual([4, 0, 1])
    expect(await ends(7, 4)).toEqual([4, 1, 0])
    expect(await ends(0, 1)).toEqual([1, 0, 1])
    expect(await ends(8, 1)).toEqual([1, 1, 0])
  })

  test('from there the whole history can be had, both ways', async () => {
    const { a, b, mids } = await chatOf(numbered(20))
    const middle = await around(b, a, mids[9]!, { limit: 4 })
    const rows = [...middle.messages]
    for (let more = middle.before; more === 1; ) {
      const older = await site
        .as(b)
        .ok<MessageRow[]>('message/get', { id: a.uid, type: 'friend', mid: rows[0]!.mid, limit: 3 })
      rows.unshift(...older)
      more = older.length === 3 ? 1 : 0
    }
    for (let more = middle.after; more === 1; ) {
      const newer = await site
        .as(b)
        .ok('message/since', { id: a.uid, type: 'friend', seq: rows.at(-1)!.seq, limit: 3 })
      rows.push(...newer.messages)
      more = newer.more
    }
    expect(rows.map(({ content }) => content)).toEqual(numbered(20))
  })

  test('marks nothing as read', async () => {
    const { a, b, mids } = await chatOf(numbered(3))
    await around(b, a, mids[1]!)
    expect(await site.as(b).ok('message/unreadcount', { id: a.uid, type: 'friend' })).toBe(3)
  })

  test('what was deleted is left out and is no place to jump to; a revoked message is its notice', async () => {
    const { a, b, mids } = await chatOf(numbered(6))
    await site.as(b).ok('message/delete', { id: a.uid, type: 'friend', mid: mids[1]!, ty: 1 })
    await site.as(a).ok('message/delete', { id: b.uid, type: 'friend', mid: mids[3]!, ty: 2 })
    await site.as(a).ok('message/revoke', { id: b.uid, type: 'friend', mid: mids[5]! })
    const found = await around(b, a, mids[4]!, { limit: 4 })
    expect(contents(found)).toEqual(['1', '3', '5', '此消息已撤回'])
    expect(found).toMatchObject({ before: 0, after: 0 })
    const code = (reader: TestUser, peer: TestUser, index: number) =>
      site.as(reader).code('message/around', { id: peer.uid, type: 'friend', mid: mids[index]! })
    expect(await code(b, a, 1)).toBe(404)
    expect(await code(a, b, 1)).toBe(0)
    expect([await code(a, b, 3), await code(b, a, 3)]).toEqual([404, 404])
    expect(await code(b, a, 5)).toBe(0)
  })

  test('in a group rows have names; who is not in it is refused', async () => {
    const [tom, jerry, stranger] = (await site.users(3)) as [TestUser, TestUser, TestUser]
    await site.befriend(tom, jerry)
    const gid = await site.group(tom, jerry)
    const { mid } = await site.as(jerry).ok('message/send', { to: gid, type: 'group', content: '吱' })
    const address = { id: gid, type: 'group', mid }
    const { messages } = await site.as(tom).ok<MessagesAround>('message/around', address)
    expect(messages.at(-1)).toMatchObject({ mid, name: jerry.nickname })
    expect(await site.as(stranger).code('message/around', address)).toBe(2)
    expect(await site.as(stranger).code('message/around', { ...address, id: 999_999 })).toBe(2)
    await site.as(jerry).ok('group/leave', { gid })
    expect(await site.as(jerry).code('message/around', address)).toBe(2)
  })

  test('a message of another chat is no such message, wherever one asks', async () => {
    const { a, b, mids } = await chatOf(['密'])
    const stranger = await site.user()
    const other = await site.user()
    await site.as(other).ok('message/send', { to: b.uid, type: 'friend', content: '别处' })
    for (const [reader, peer] of [
      [stranger, a],
      [stranger, b],
      [b, other],
      [b, stranger],
      [b, b],
    ] as const) {
      const parameters = { id: peer.uid, type: 'friend', mid: mids[0]! }
      expect(await site.as(reader).code('message/around', parameters)).toBe(404)
    }
  })

  test('long messages come in a shorter page, which says so, with the one that was asked for', async () => {
    const { a, b, mids } = await chatOf(numbered(40).map((text) => text.padEnd(20_000, '长')))
    const found = await around(b, a, mids[20]!, { limit: 200 })
    expect(found.messages.map(({ mid }) => mid)).toContain(mids[20]!)
    expect(found.messages.length).toBeLessThan(20)
    expect(found.messages[0]!.seq).toBeGreaterThan(1)
    expect(found).toMatchObject({ before: 1, after: 1 })
    const seqs = found.messages.map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index))
  })
})

describe('who may not', () => {
  test.each([
    [{ type: 'friend', mid: 1 }, 1],
    [{ id: 1, mid: 1 }, 1],
    [{ id: 1, type: 'friend' }, 1],
    [{ id: 1, type: 'friend', mid: 0 }, 1],
    [{ id: 1, type: 'x', mid: 1 }, 2],
    [{ id: 1, type: 'friend', mid: 'x' }, 2],
    [{ id: 1, type: 'friend', mid: 1, limit: 0 }, 2],
    [{ id: 1, type: 'friend', mid: 1, limit: 201 }, 2],
    [{ id: 999_999, type: 'friend', mid: 1 }, 404],
  ])('%j: code %d', async (parameters, code) => {
    expect(await site.as(await site.user()).code('message/around', parameters)).toBe(code)
  })

  test('visitors sign in', async () => {
    expect(await site.visitor().code('message/around', { id: 1, type: 'friend', mid: 1 })).toBe(-1)
  })
})
