import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser
let stranger: TestUser

let queries = 0

beforeAll(async () => {
  site = await startSite({ onQuery: () => queries++ })
  tom = await site.user({ nickname: '猫猫' })
  jerry = await site.user({ nickname: '小老鼠' })
  stranger = await site.user({ nickname: '路人' })
  await site.befriend(tom, jerry)
})
afterAll(() => site.close())

const say = (from: TestUser, to: TestUser, content = '话') =>
  site.as(from).ok('message/send', { to: to.uid, type: 'friend', content })
const chatting = async (user: TestUser) => (await site.as(user).ok('pop/get')).chatting

describe('pop/get', () => {
  test('has the document’s shape', async () => {
    const gid = await site.group(tom, jerry)
    await say(jerry, tom, '最近一条')
    const data = await site.api(tom).ok('pop/get')
    expect(data.mine).toMatchObject({
      uid: tom.uid,
      username: tom.username,
      nickname: '猫猫',
      sign: '',
      unread_friend_apply_count: 0,
    })
    expect(data.friend.X[jerry.uid]).toMatchObject({
      uid: jerry.uid,
      name: '小老鼠',
      nickname: '小老鼠',
      initials: 'X',
      state: 'offline',
      is_member: 0,
    })
    expect(data.group).toContainEqual({
      gid,
      uid: tom.uid,
      name: expect.stringContaining('群聊('),
      avatar: expect.stringContaining('/h5/group/avatar?uid='),
    })
    expect(data.chatting[`friend${jerry.uid}`]).toEqual({
      type: 'friend',
      id: jerry.uid,
      avatar: expect.any(String),
      name: '小老鼠',
      unread_count: 1,
      top: 0,
      muted: 0,
      last_seq: expect.any(Number),
      read_seq: 0,
      mention_mid: 0,
      items: [
        {
          mid: expect.any(Number),
          seq: expect.any(Number),
          from: String(jerry.uid),
          to: String(tom.uid),
          content: '最近一条',
          timestamp: expect.any(Number),
          sub_type: 'message',
          avatar: expect.any(String),
          quote_mid: 0,
          quote_content: '',
        },
      ],
    })
    const group = data.chatting[`group${gid}`]
    expect(group).toMatchObject({
      type: 'group',
      id: gid,
      url: `/pop/group/chat/${gid}`,
      key: `group-${gid}`,
      unread_count: 0,
    })
    expect(group.items[0]).toMatchObject({ to: String(gid), sub_type: 'notice', name: '猫猫' })
    expect(data.setting).toMatchObject({ id: 2, dirty_words: '', private_chat: 'on' })
    expect(data.timestamp).toBeWithin(Math.floor(Date.now() / 1000) - 60, Math.ceil(Date.now() / 1000) + 1)
    for (const secret of ['appsecret', 'api_address']) expect(data.setting).not.toHaveProperty(secret)
  })

  test('empty maps are {}, empty lists []', async () => {
    const fresh = await site.user()
    const { friend, group, chatting } = await site.as(fresh).ok('pop/get')
    expect({ friend, group, chatting }).toEqual({ friend: {}, group: [], chatting: {} })
  })

  test('a stranger’s chat shows, and a remark goes before the nickname', async () => {
    await say(stranger, tom)
    expect((await chatting(tom))[`friend${stranger.uid}`]).toMatchObject({ name: '路人', unread_count: 1 })
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '杰瑞' })
    expect((await chatting(tom))[`friend${jerry.uid}`].name).toBe('杰瑞')
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '' })
  })

  test('shows 30 chats, newest first, pinned on top; unread and pinned ones are never left out', async () => {
    const me = await site.user()
    const others = await site.users(40)
    for (const other of others) await say(other, me)
    for (const other of others.slice(5))
      await site.as(me).ok('message/updateLastReadTime', { id: other.uid, type: 'friend' })
    await site.as(me).ok('friend/update', { friend_uid: others[6]!.uid, top: 1 })
    const keys = Object.keys(await chatting(me))
    expect(keys).toHaveLength(30)
    expect(keys[0]).toBe(`friend${others[6]!.uid}`)
    expect(keys[1]).toBe(`friend${others[39]!.uid}`)
    for (const unread of others.slice(0, 5)) expect(keys).toContain(`friend${unread.uid}`)
  })

  test('a user with 500 chats costs a constant number of queries', async () => {
    const { db, conversations, users } = site.services
    const count = async (chats: number): Promise<number> => {
      const me = await site.user()
      for (let i = 0; i < chats; i++) {
        const other = await users.create({
          username: `many${me.uid}x${i}`,
          nickname: `第${i}位`,
          password_hash: '',
        })
        const conversationId = await conversations.ensureDirect(me.uid, other.uid)
        await db.append({
          conversationId,
          from: other.uid,
          content: 'x',
          subType: 'message',
          at: Date.now(),
          quoteMid: 0,
          quoteContent: '',
          uniqueId: null,
          auto: 0,
        })
      }
      await site.services.reload()
      const before = queries
      await site.as(me).ok('pop/get')
      return queries - before
    }
    const few = await count(3)
    expect(await count(500)).toBe(few)
  })

  test('an unknown user is 101, nobody is -1, a key without login_uid 1', async () => {
    expect(await site.api(999_999).code('pop/get')).toBe(101)
    expect(await site.visitor().code('pop/get')).toBe(-1)
    expect(await site.api().code('pop/get')).toBe(1)
  })
})

describe('pop/delchat', () => {
  test('hides the chat until the next message; the history stays', async () => {
    await say(jerry, tom, '还在')
    await site.as(tom).ok('pop/delchat', { id: jerry.uid, type: 'friend' })
    expect(await chatting(tom)).not.toHaveProperty(`friend${jerry.uid}`)
    expect(await chatting(jerry)).toHaveProperty(`friend${tom.uid}`)
    expect((await site.as(tom).ok('message/get', { id: jerry.uid, type: 'friend' })).at(-1).content).toBe(
      '还在',
    )
    await say(jerry, tom)
    expect(await chatting(tom)).toHaveProperty(`friend${jerry.uid}`)
  })

  test('works for groups, is no error where there is no chat, and refuses groups of others', async () => {
    const gid = await site.group(tom, jerry)
    expect((await site.as(tom).call('pop/delchat', { id: gid, type: 'group' })).data).toEqual([])
    expect(await chatting(tom)).not.toHaveProperty(`group${gid}`)
    expect(await site.as(tom).code('pop/delchat', { id: 999_999, type: 'friend' })).toBe(0)
    expect(await site.as(stranger).code('pop/delchat', { id: gid, type: 'group' })).toBe(2)
  })

  test('missing 1, wrong type 2, visitor -1', async () => {
    expect(await site.as(tom).code('pop/delchat', { type: 'friend' })).toBe(1)
    expect(await site.as(tom).code('pop/delchat', { id: 1, type: 'x' })).toBe(2)
    expect(await site.visitor().code('pop/delchat', { id: 1, type: 'friend' })).toBe(-1)
  })
})
