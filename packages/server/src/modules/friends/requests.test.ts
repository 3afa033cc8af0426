import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { AppError } from '@parley/contract'
import { type Cast, openCast, outcomeOf } from './test-cast.ts'

let cast: Cast

beforeAll(async () => {
  cast = await openCast()
})

beforeEach(() => {
  cast.stage.pushed.length = 0
  cast.stage.greetings.length = 0
  cast.stage.greetingFails = undefined
  cast.stage.settings.add_friend = true
})

afterAll(() => cast.close())

describe('requests', () => {
  test('a new request takes the place of the earlier one and has the newest nid', async () => {
    const [a, b, me] = await cast.people()
    await cast.requests.apply(a, me, 'first')
    await cast.requests.apply(b, me)
    await cast.requests.apply(a, me, '我是 "cat"')
    const list = await cast.requests.list(me, 500)
    expect(list.map(({ from }) => from)).toEqual([a, b])
    expect(list[0]!.nid).toBeGreaterThan(list[1]!.nid)
    expect(JSON.parse(list[0]!.data)).toEqual({ postscript: '我是 "cat"' })
    expect(await cast.friends.pendingRequests(me)).toBe(2)
    expect(cast.stage.pushed.filter(([, event]) => event === 'friendApply')).toHaveLength(3)
    expect(cast.stage.pushed[0]).toEqual([`user-${me}`, 'friendApply', { uid: String(a) }])
    expect(await cast.requests.list(me, 1)).toHaveLength(1)
  })

  test('refusals of asking in the protocol’s order', async () => {
    const [me, friend, gone] = await cast.people()
    await cast.friends.befriend(me, friend)
    await cast.users.update(gone, { account_state: 'disabled' })
    expect(await outcomeOf(cast.requests.apply(me, me))).toBe('illegal_parameter')
    expect(await outcomeOf(cast.requests.apply(me, gone))).toBe('user_not_found')
    expect(await outcomeOf(cast.requests.apply(gone, me))).toBe('user_not_found')
    expect(await outcomeOf(cast.requests.apply(me, 999_999))).toBe('user_not_found')
    cast.stage.pushed.length = 0
    expect(await cast.requests.apply(me, friend)).toBe(false)
    expect(cast.stage.pushed).toEqual([])
    expect(await cast.requests.list(friend, 500)).toEqual([])
    cast.stage.settings.add_friend = false
    expect(await outcomeOf(cast.requests.apply(me, me))).toBe('add_friend_off')
  })

  test('agreeing makes friends, settles both directions and greets', async () => {
    const [a, me] = await cast.people()
    await cast.requests.apply(a, me)
    await cast.requests.apply(me, a)
    const nid = await cast.nidFrom(me, a)
    expect(await cast.requests.agree(me, nid)).toBe(true)
    expect(await cast.friends.are(a, me)).toBe(true)
    expect(cast.stage.greetings).toEqual([[me, a]])
    expect([await cast.friends.pendingRequests(a), await cast.friends.pendingRequests(me)]).toEqual([0, 0])
    expect((await cast.requests.list(a, 500))[0]!.operation).toBe('agree')

    expect(await cast.requests.agree(me, nid)).toBe(false)
    expect(await outcomeOf(cast.requests.refuse(me, nid))).toBe('already_decided')
    expect(cast.stage.greetings).toHaveLength(1)
  })

  test('a greeting that fails leaves the friendship', async () => {
    const [a, me] = await cast.people()
    await cast.requests.apply(a, me)
    cast.stage.greetingFails = new AppError('private_chat_off')
    expect(await cast.requests.agree(me, await cast.nidFrom(me, a))).toBe(true)
    expect(await cast.friends.are(a, me)).toBe(true)
  })

  test('refusing makes no friends and tells the own devices alone; it stands', async () => {
    const [a, me] = await cast.people()
    await cast.requests.apply(a, me)
    cast.stage.pushed.length = 0
    const nid = await cast.nidFrom(me, a)
    expect(await cast.requests.refuse(me, nid)).toBe(true)
    expect(await cast.requests.refuse(me, nid)).toBe(false)
    expect(await outcomeOf(cast.requests.agree(me, nid))).toBe('already_decided')
    expect(await cast.friends.are(a, me)).toBe(false)
    const told = { nid, uid: String(a), operation: 'refuse' }
    expect(cast.stage.pushed).toEqual([[`user-${me}`, 'friendApplyUpdate', told]])
    expect(await cast.friends.pendingRequests(me)).toBe(0)
  })

  test('of agreeing and refusing at the same time exactly one counts', async () => {
    const [a, me] = await cast.people()
    await cast.requests.apply(a, me)
    const nid = await cast.nidFrom(me, a)
    const outcomes = await Promise.all(
      [cast.requests.refuse(me, nid), cast.requests.agree(me, nid)].map(outcomeOf),
    )
    expect(outcomes.filter((outcome) => outcome === true)).toHaveLength(1)
    expect(outcomes).toContain('already_decided')
    expect(await cast.friends.are(a, me)).toBe((await cast.requests.list(me, 1))[0]!.operation === 'agree')
  })

  test('only the one who was asked decides or sees a request', async () => {
    const [a, me, third] = await cast.people()
    await cast.requests.apply(a, me)
    const nid = await cast.nidFrom(me, a)
    for (const other of [a, third]) {
      expect(await outcomeOf(cast.requests.agree(other, nid))).toBe('record_not_found')
      expect(await outcomeOf(cast.requests.refuse(other, nid))).toBe('record_not_found')
      expect(await cast.requests.detail(other, nid)).toEqual({})
    }
    expect(await cast.requests.detail(me, nid)).toMatchObject({
      nid,
      from: a,
      to: me,
      username: expect.any(String),
    })
    await cast.users.update(me, { account_state: 'disabled' })
    expect(await outcomeOf(cast.requests.agree(me, nid))).toBe('account_disabled')
  })

  test('requests of accounts that are gone are left out; the list costs a constant number of queries', async () => {
    const me = await cast.person()
    const row = (from_uid: number) =>
      ({
        from_uid,
        to_uid: me,
        postscript: '',
        operation: 'not_operated',
        created_at: cast.stage.now,
      }) as const
    await cast.db.write
      .insertInto('friend_request')
      .values([row(999_998), row(await cast.person()), row(await cast.person())])
      .execute()
    cast.stage.reads = 0
    expect(await cast.requests.list(me, 500)).toHaveLength(2)
    expect(cast.stage.reads).toBeLessThanOrEqual(2)
    const gone = await cast.db.read
      .selectFrom('friend_request')
      .select('nid')
      .where('from_uid', '=', 999_998)
      .executeTakeFirstOrThrow()
    expect(await cast.requests.detail(me, gone.nid)).toEqual({})
  })
})
