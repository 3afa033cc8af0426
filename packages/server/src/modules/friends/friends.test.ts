import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { LocalBus } from '../../cluster/index.ts'
import { changeFriendChat } from './chats.ts'
import { Friends } from './friends.ts'
import { type Cast, openCast, outcomeOf } from './test-cast.ts'

let cast: Cast

beforeAll(async () => {
  cast = await openCast()
})

beforeEach(() => {
  cast.stage.pushed.length = 0
})

afterAll(() => cast.close())

describe('befriending', () => {
  test('writes both directions, opens the chat and tells both', async () => {
    const [a, b] = [await cast.person('猫猫'), await cast.person('小老鼠')]
    expect(await cast.friends.are(a, b)).toBe(false)
    expect(await cast.friends.befriend(a, b)).toBe('new')
    expect([await cast.friends.are(a, b), await cast.friends.are(b, a)]).toEqual([true, true])
    expect([await cast.friends.uidsOf(a), await cast.friends.uidsOf(b)]).toEqual([[b], [a]])
    expect(await cast.conversations.direct(a, b)).toBeNumber()
    expect(cast.stage.pushed).toEqual([
      [`user-${a}`, 'addFriend', { uid: b, name: '小老鼠', avatar: `/avatar/${b}.svg?t=%E5%B0%8F` }],
      [`user-${b}`, 'addFriend', { uid: a, name: '猫猫', avatar: `/avatar/${a}.svg?t=%E7%8C%AB` }],
    ])
  })

  test('friends already: nothing is pushed, also when asked twice at once', async () => {
    const [a, b] = await cast.people()
    const outcomes = await Promise.all([cast.friends.befriend(a, b), cast.friends.befriend(b, a)])
    expect(outcomes.sort()).toEqual(['already', 'new'])
    expect(cast.stage.pushed).toHaveLength(2)
  })

  test('a half friendship is made whole and keeps its remark', async () => {
    const [a, b] = await cast.people()
    await cast.db.write
      .insertInto('friendship')
      .values({ uid: a, friend_uid: b, remark: 'old', created_at: 1 })
      .execute()
    expect(await cast.friends.befriend(b, a)).toBe('new')
    expect(await cast.friends.remarkOf(a, b)).toBe('old')
    expect(await cast.friends.remarkOf(b, a)).toBe('')
  })

  test('nobody befriends themselves or somebody who does not exist', async () => {
    const a = await cast.person()
    expect(await outcomeOf(cast.friends.befriend(a, a))).toBe('illegal_parameter')
    expect(await outcomeOf(cast.friends.befriend(a, 999_999))).toBe('user_not_found')
    expect(await outcomeOf(cast.friends.befriend(999_999, a))).toBe('user_not_found')
  })

  test('parting ends both directions, hides the chat for both and tells both', async () => {
    const [a, b] = await cast.people()
    await cast.friends.befriend(a, b)
    const chat = await cast.say(a, b)
    cast.stage.pushed.length = 0
    await cast.friends.part(a, b)
    expect([await cast.friends.are(a, b), await cast.friends.are(b, a)]).toEqual([false, false])
    expect(cast.stage.pushed).toEqual([
      [`user-${b}`, 'removeFriend', { uid: String(a) }],
      [`user-${a}`, 'friendDelete', { uid: String(b) }],
    ])
    expect((await cast.conversations.membership(chat, a))?.hidden_seq).toBe(1)
    expect((await cast.conversations.membership(chat, b))?.hidden_seq).toBe(1)

    await cast.friends.befriend(a, b)
    expect((await cast.conversations.membership(chat, b))?.hidden_seq).toBe(-1)
  })

  test('parting from somebody who is no friend does nothing and pushes nothing', async () => {
    const [a, b] = await cast.people()
    const chat = await cast.say(a, b)
    await cast.friends.part(a, b)
    expect(cast.stage.pushed).toEqual([])
    expect((await cast.conversations.membership(chat, b))?.hidden_seq).toBe(-1)
  })
})

describe('remarks', () => {
  test('are the caller’s own, change at once, and many cost one query', async () => {
    const me = await cast.person()
    const others = await Promise.all(Array.from({ length: 10 }, () => cast.person()))
    for (const other of others.slice(0, 6)) await cast.friends.befriend(me, other)
    await cast.friends.setRemark(me, others[0]!, '老板')
    expect(await cast.friends.remarkOf(me, others[0]!)).toBe('老板')
    expect(await cast.friends.remarkOf(others[0]!, me)).toBe('')
    await cast.friends.setRemark(me, others[0]!, '')
    expect(await cast.friends.remarkOf(me, others[0]!)).toBe('')

    const fresh = new Friends({ ...cast, invalidations: new LocalBus(), publish: () => {}, clock: () => 0 })
    cast.stage.reads = 0
    expect([...(await fresh.remarksOf(me, others)).keys()].sort()).toEqual(others.slice(0, 6).sort())
    expect(cast.stage.reads).toBe(1)
  })

  test('refusals in the protocol’s order', async () => {
    const [me, friend, stranger] = await cast.people()
    await cast.friends.befriend(me, friend)
    expect(await outcomeOf(cast.friends.setRemark(me, me, 'x'))).toBe('illegal_parameter')
    expect(await outcomeOf(cast.friends.setRemark(me, 999_999, 'x'))).toBe('user_not_found')
    expect(await outcomeOf(cast.friends.setRemark(me, friend, '好'.repeat(85)))).toBeUndefined()
    expect(await outcomeOf(cast.friends.setRemark(me, friend, '好'.repeat(86)))).toBe('remark_too_long')
    expect(await outcomeOf(cast.friends.setRemark(me, stranger, 'x'))).toBe('illegal_parameter')
    await cast.users.update(me, { account_state: 'disabled' })
    expect(await outcomeOf(cast.friends.setRemark(me, 999_999, 'x'))).toBe('account_disabled')
  })
})

describe('address book', () => {
  test('is arranged by the letter of remark or nickname', async () => {
    const me = await cast.person()
    const [mao, xiao, digit] = [
      await cast.person('猫猫'),
      await cast.person('小老鼠'),
      await cast.person('007'),
    ]
    for (const friend of [mao, xiao, digit]) await cast.friends.befriend(me, friend)
    await cast.friends.setRemark(me, xiao, 'Jerry')
    await cast.users.update(mao, { is_member: 1 })
    const contact = { state: 'offline', is_member: 0, avatar: expect.stringContaining('/avatar/') } as const
    const tree = await cast.friends.tree(me)
    expect(tree).toEqual({
      J: { [xiao]: { ...contact, uid: xiao, name: 'Jerry', nickname: '小老鼠', initials: 'J' } },
      M: { [mao]: { ...contact, uid: mao, name: '猫猫', nickname: '猫猫', initials: 'M', is_member: 1 } },
      '#': { [digit]: { ...contact, uid: digit, name: '007', nickname: '007', initials: '#' } },
    })
    expect(Object.keys(tree)).toEqual(['J', 'M', '#'])
    expect(await cast.friends.tree(await cast.person())).toEqual({})
  })

  test('temporary chats: with messages, not hidden, not friends', async () => {
    const [me, stranger, friend] = await cast.people()
    const [silent, hidden] = await cast.people()
    await cast.say(stranger, me)
    await cast.friends.befriend(me, friend)
    await cast.say(friend, me)
    await cast.conversations.ensureDirect(me, silent)
    const chat = await cast.say(hidden, me)
    await cast.conversations.changeView(chat, me, { hidden: true })
    const uids = async (uid: number) =>
      Object.values(await cast.friends.temporaryTree(uid)).flatMap((letter) =>
        Object.keys(letter).map(Number),
      )

    expect(await uids(me)).toEqual([stranger])
    expect(await uids(stranger)).toEqual([me])
    expect(await uids(hidden)).toEqual([me])
    await cast.say(hidden, me)
    expect((await uids(me)).sort()).toEqual([stranger, hidden].sort())
    await cast.friends.befriend(me, stranger)
    expect(await uids(me)).toEqual([hidden])
    expect(await uids(stranger)).toEqual([])
  })
})

describe('the view of a chat', () => {
  const change = (uid: number, friendUid: number, fields: Parameters<typeof changeFriendChat>[3]) =>
    changeFriendChat(cast, uid, friendUid, fields)

  test('is changed field by field, for the caller only', async () => {
    const [me, friend] = await cast.people()
    await cast.friends.befriend(me, friend)
    const chat = await cast.say(friend, me)
    await change(me, friend, { top: 1, muted: 1, state: 'hidden' })
    expect(await cast.conversations.membership(chat, me)).toMatchObject({
      pinned: 1,
      muted: 1,
      hidden_seq: 1,
    })
    expect(await cast.conversations.membership(chat, friend)).toMatchObject({
      pinned: 0,
      muted: 0,
      hidden_seq: -1,
    })
    await change(me, friend, { state: 'chatting' })
    expect(await cast.conversations.membership(chat, me)).toMatchObject({
      pinned: 1,
      muted: 1,
      hidden_seq: -1,
    })
  })

  test('reading positions: a time in seconds covers its whole second; a count is set as given', async () => {
    const [me, friend] = await cast.people()
    await cast.friends.befriend(me, friend)
    cast.stage.now = 1_700_000_100_400
    await cast.say(friend, me)
    cast.stage.now = 1_700_000_102_000
    const chat = await cast.say(friend, me)
    await change(me, friend, { last_read_time: 1_700_000_100 })
    expect((await cast.conversations.membership(chat, me))?.read_counted).toBe(1)
    await change(me, friend, { last_read_time: 0 })
    expect((await cast.conversations.membership(chat, me))?.read_counted).toBe(0)
    await change(me, friend, { unread_count: 0 })
    expect((await cast.conversations.membership(chat, me))?.read_counted).toBe(2)
  })

  test('works in temporary chats, but not where there is neither friend nor chat', async () => {
    const [me, stranger, nobody] = await cast.people()
    const chat = await cast.say(stranger, me)
    await change(me, stranger, { top: 1 })
    expect((await cast.conversations.membership(chat, me))?.pinned).toBe(1)
    expect(await outcomeOf(change(me, nobody, { top: 1 }))).toBe('record_not_found')
    expect(await outcomeOf(change(me, 999_999, { top: 1 }))).toBe('user_not_found')
    expect(await outcomeOf(change(me, me, { top: 1 }))).toBe('illegal_parameter')
    await cast.users.update(me, { account_state: 'disabled' })
    expect(await outcomeOf(change(me, stranger, { top: 1 }))).toBe('account_disabled')
  })
})
