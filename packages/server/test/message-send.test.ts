import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser
let spike: TestUser
let gid: number

beforeAll(async () => {
  site = await startSite()
  tom = await site.user({ nickname: '猫猫' })
  jerry = await site.user({ nickname: '小老鼠' })
  spike = await site.user({ nickname: '大狗' })
  await site.befriend(tom, jerry)
  gid = await site.group(tom, jerry)
})
afterAll(() => site.close())

const toJerry = (content: string, more = {}) => ({ to: jerry.uid, type: 'friend', content, ...more })
const toGroup = (content: string, more = {}) => ({ to: gid, type: 'group', content, ...more })
const history = (reader: TestUser, id: number, type = 'friend') =>
  site.as(reader).ok('message/get', { id, type, limit: 100 })

describe('message/send', () => {
  test('answers mid and seq, both growing, and reaches both sides’ devices', async () => {
    const ears = await Promise.all([
      site.listen(tom, `user-${tom.uid}`),
      site.listen(jerry, `user-${jerry.uid}`),
      site.listen(jerry, `user-${jerry.uid}`),
    ])
    await site.as(jerry).ok('friend/remark', { friend_uid: tom.uid, remark: '我的猫' })
    const first = await site.api(tom).ok('message/send', toJerry('你好'))
    const second = await site.as(tom, 'h5').ok('message/send', toJerry('在吗', { uniqueId: '1700000000' }))
    expect(second.mid).toBeGreaterThan(first.mid)
    expect(second.seq).toBe(first.seq + 1)
    for (const ear of ears) {
      // Both get the same payload: from_name is what the receiver calls the sender.
      expect(await ear.next('message')).toEqual({
        type: 'friend',
        sub_type: 'message',
        from: String(tom.uid),
        from_name: '我的猫',
        from_avatar: `/avatar/${tom.uid}.svg?t=${encodeURIComponent('猫')}`,
        to: String(jerry.uid),
        to_name: '小老鼠',
        to_avatar: `/avatar/${jerry.uid}.svg?t=${encodeURIComponent('小')}`,
        content: '你好',
        timestamp: expect.any(Number),
        mid: first.mid,
        seq: first.seq,
        quote_mid: 0,
        quote_content: '',
      })
      expect((await ear.next('message')).uniqueId).toBe('1700000000')
    }
    await site.as(jerry).ok('friend/remark', { friend_uid: tom.uid, remark: '' })
  })

  test('to a group: pushed once on the group’s channel, with the group’s name and the sender’s nickname', async () => {
    const ear = await site.listen(jerry, `group-${gid}`)
    await site.as(tom).ok('message/send', toGroup('大家好'))
    const message = await ear.next('message', `group-${gid}`)
    expect(message).toMatchObject({
      type: 'group',
      to: String(gid),
      from: String(tom.uid),
      from_name: '猫猫',
      content: '大家好',
    })
    expect(message.to_name).toBe((await site.as(tom).ok('group/detail', { gid, simple: 1 })).groupname)
    await ear.barrier()
    expect(ear.heard('message')).toBe(false)
  })

  test('a retry with the same uniqueId never makes a second message, nor a second push', async () => {
    const ear = await site.listen(jerry, `user-${jerry.uid}`)
    const retry = toJerry('只要一次', { uniqueId: 'once' })
    const first = await site.as(tom).ok('message/send', retry)
    const answers = await Promise.all([
      site.as(tom).ok('message/send', retry),
      site.api(tom).ok('message/send', retry),
    ])
    expect(answers).toEqual([first, first])
    await ear.next('message')
    await ear.barrier()
    expect(ear.heard('message')).toBe(false)
    const found = (await history(jerry, tom.uid)).filter(
      (row: { content: string }) => row.content === '只要一次',
    )
    expect(found).toHaveLength(1)
  })

  test('the same uniqueId with other words is another message: some bots send the current second as theirs', async () => {
    const ear = await site.listen(jerry, `user-${jerry.uid}`)
    const send = (content: string) =>
      site.as(tom).ok('message/send', toJerry(content, { uniqueId: '1700000001' }))
    const [first, second] = [await send('第一句'), await send('第二句')]
    expect(second.mid).toBeGreaterThan(first.mid)
    expect(await send('第一句')).toEqual(first)
    expect((await ear.next('message')).uniqueId).toBe('1700000001')
  })

  test('a retry is one also when words were put on the list meanwhile, or the message was revoked', async () => {
    const send = () => site.as(tom).ok('message/send', toJerry('这是坏蛋', { uniqueId: 'masked' }))
    const first = await send()
    await site.set({ dirty_words: '坏蛋' })
    expect(await send()).toEqual(first)
    await site.as(tom).ok('message/revoke', { id: jerry.uid, type: 'friend', mid: first.mid })
    expect(await send()).toEqual(first)
    await site.set({ dirty_words: '' })
  })

  test('raw text comes back as it was sent', async () => {
    const content = `<b>"&'</b> \\ \u{1F600}\n\t 表情[表情12] ​ end`
    await site.as(tom).ok('message/send', toJerry(content))
    expect((await history(jerry, tom.uid)).at(-1).content).toBe(content)
  })

  test.each([
    ['to', { type: 'friend', content: 'x' }],
    ['type', { to: 1, content: 'x' }],
    ['content', { to: 1, type: 'friend' }],
  ])('without %s: code 1, naming it', async (name, parameters) => {
    const { code, msg } = await site.as(tom).call('message/send', parameters)
    expect([code, msg]).toEqual([1, `缺少参数：${name}`])
  })

  test('what is wrong with the content or the type is said', async () => {
    const { code, msg } = await site.as(tom).call('message/send', toJerry(''))
    expect([code, msg]).toEqual([2, '发送内容不能为空'])
    expect(await site.as(tom).code('message/send', { ...toJerry('x'), type: 'room' })).toBe(2)
    expect(await site.as(tom).code('message/send', toJerry('字'.repeat(20_001)))).toBe(2)
    await site.as(tom).ok('message/send', toJerry('\u{1F600}'.repeat(20_000)))
  })

  test('to oneself or to nobody: 101', async () => {
    expect(await site.as(tom).code('message/send', { to: tom.uid, type: 'friend', content: 'x' })).toBe(101)
    expect(await site.as(tom).code('message/send', { to: 999_999, type: 'friend', content: 'x' })).toBe(101)
  })

  test('a group that one is not in, or that does not exist: 2', async () => {
    expect(await site.as(spike).code('message/send', toGroup('x'))).toBe(2)
    expect(await site.as(tom).code('message/send', { to: 999_999, type: 'group', content: 'x' })).toBe(2)
  })

  test('the switches private_chat, group_chat and stranger_chat', async () => {
    await site.set({ private_chat: 'off', group_chat: 'off' })
    expect(await site.as(tom).code('message/send', toJerry('x'))).toBe(83)
    expect(await site.as(tom).code('message/send', toGroup('x'))).toBe(83)
    await site.set({ private_chat: 'on', group_chat: 'on', stranger_chat: 'off' })
    expect(await site.as(spike).code('message/send', toJerry('x'))).toBe(84)
    expect(await site.as(tom).code('message/send', toJerry('x'))).toBe(0)
    await site.set({ stranger_chat: 'on' })
    expect(await site.as(spike).code('message/send', toJerry('x'))).toBe(0)
  })

  test('a parent and its sub-user talk though strangers may not', async () => {
    const member = await site.user({ is_member: 1 })
    const { uid } = await site
      .as(member)
      .ok('user/open_user', { username: `sub${member.uid}`, nickname: '分号', password: 'secret-1' })
    await site.set({ stranger_chat: 'off' })
    expect(await site.as(member).code('message/send', { to: uid, type: 'friend', content: 'x' })).toBe(0)
    expect(await site.api(uid).code('message/send', { to: member.uid, type: 'friend', content: 'x' })).toBe(0)
    await site.set({ stranger_chat: 'on' })
  })

  test('a site may set another limit; people’s characters count, not bytes', async () => {
    await site.set({ message_limit: '3' })
    await site.as(tom).ok('message/send', toJerry('很好😀'))
    expect(await site.as(tom).call('message/send', toJerry('很好😀!'))).toEqual({
      code: 2,
      msg: '消息过长，最多 3 个字符',
      data: [],
    })
    await site.set({ message_limit: '20000' })
  })

  test.each([
    ['upload_img', '发送图片', '![图片](//host/upload/images/1.png)'],
    ['upload_img', '发送图片', '看这个 ![图片](//host/upload/images/1.png)'],
    ['upload_file', '发送文件', 'file[a.pdf\t1 KB](//host/upload/files/1.pdf)'],
    ['voice', '语音消息', 'voice(//host/upload/files/1.wav)'],
    ['emoji', '表情', '好的[表情3]'],
  ])('the switch %s refuses its kind of content and no other', async (name, label, content) => {
    await site.set({ [name]: 'off' })
    const { code, msg } = await site.as(tom).call('message/send', toJerry(content))
    expect([code, msg]).toEqual([86, `系统已关闭该功能：${label}`])
    expect(await site.as(tom).code('message/send', toJerry('文字'))).toBe(0)
    await site.set({ [name]: 'on' })
    expect(await site.as(tom).code('message/send', toJerry(content))).toBe(0)
  })

  test('dirty words are masked by as many stars, addresses and the rest stay', async () => {
    await site.set({ dirty_words: '坏蛋\n\nbad\n超级坏蛋\n' })
    await site.as(tom).ok('message/send', toJerry('你这个超级坏蛋，BAD！'))
    expect((await history(jerry, tom.uid)).at(-1).content).toBe('你这个****，***！')
    await site.as(tom).ok('message/send', toJerry('![图片](//host/upload/bad.png)'))
    expect((await history(jerry, tom.uid)).at(-1).content).toBe('![图片](//host/upload/bad.png)')
    await site.set({ dirty_words: '' })
  })

  test('a disabled sender: 85 in private, 3 in groups, and the session is gone', async () => {
    const user = await site.user()
    await site.befriend(user, jerry)
    const own = await site.group(user, jerry)
    await site.api(user).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(user).code('message/send', toJerry('x'))).toBe(85)
    expect(await site.api(user).code('message/send', { to: own, type: 'group', content: 'x' })).toBe(3)
    expect(await site.as(user).code('message/send', toJerry('x'))).toBe(-1)
  })

  test('muted members, muted groups and disabled groups', async () => {
    const owner = await site.user()
    const member = await site.user()
    await site.befriend(owner, member)
    const own = await site.group(owner, member)
    const say = (who: TestUser) => site.as(who).code('message/send', { to: own, type: 'group', content: 'x' })
    await site.as(owner).ok('group/forbiddenuser', { gid: own, uid: member.uid, time: 600 })
    expect(await say(member)).toBe(4)
    await site.as(owner).ok('group/forbiddenuser', { gid: own, uid: member.uid, time: 0 })
    expect(await say(member)).toBe(0)
    await site.as(owner).ok('group/forbiddenall', { gid: own, value: 1 })
    expect([await say(member), await say(owner)]).toEqual([200, 0])
    await site.as(owner).ok('group/forbiddenall', { gid: own, value: 0 })
    await site.api(owner).ok('group/update', { gid: own, state: 'disabled' })
    expect([await say(member), await say(owner)]).toEqual([85, 85])
  })

  test('nobody signed in: -1, without a word about why in other terms', async () => {
    const { code, msg } = await site.visitor().call('message/send', toJerry('x'))
    expect([code, msg]).toEqual([-1, '请登录'])
  })

  test('on /web login_uid does not count; on /api a session may not name another', async () => {
    await site.as(spike).ok('message/send', toJerry('我是大狗', { login_uid: tom.uid }))
    expect((await history(jerry, spike.uid)).at(-1)).toMatchObject({
      from: String(spike.uid),
      content: '我是大狗',
    })
    const bearer = site.visitor('api', { authorization: `Bearer ${spike.token}` })
    expect(await bearer.code('message/send', toJerry('x', { login_uid: tom.uid }))).toBe(3)
    expect(await bearer.code('message/send', toJerry('x', { login_uid: spike.uid }))).toBe(0)
  })

  describe('quotes', () => {
    test('carry a snapshot in the answer and the push', async () => {
      const ear = await site.listen(jerry, `user-${jerry.uid}`)
      const { mid } = await site
        .as(jerry)
        .ok('message/send', { to: tom.uid, type: 'friend', content: '原话' })
      await site.as(tom).ok('message/send', toJerry('引用', { quote_mid: mid }))
      await ear.next('message')
      expect(await ear.next('message')).toMatchObject({
        content: '引用',
        quote_mid: mid,
        quote_content: '原话',
        quote_from: String(jerry.uid),
        quote_name: jerry.nickname,
      })
      const row = (await history(tom, jerry.uid)).at(-1)
      expect(row).toMatchObject({ quote_mid: mid, quote_content: '原话', quote_from: String(jerry.uid) })
      expect(row).not.toHaveProperty('quote_name')
    })

    test('in groups name who is quoted, as the reader knows them', async () => {
      const { mid } = await site.as(jerry).ok('message/send', toGroup('谁来'))
      await site.as(tom).ok('message/send', toGroup('我', { quote_mid: mid }))
      const quoting = async (reader: TestUser) =>
        (await site.as(reader).ok('message/get', { id: gid, type: 'group' })).at(-1)
      expect(await quoting(jerry)).toMatchObject({
        quote_from: String(jerry.uid),
        quote_name: jerry.nickname,
      })
      await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '老鼠' })
      expect(await quoting(tom)).toMatchObject({ quote_mid: mid, quote_name: '老鼠' })
      // What quotes nothing has neither.
      await site.as(tom).ok('message/send', toGroup('好'))
      expect(await quoting(tom)).not.toHaveProperty('quote_from')
    })

    test('only of the same conversation, and only what the sender can see', async () => {
      const elsewhere = await site.as(tom).ok('message/send', toGroup('群里的话'))
      expect(await site.as(tom).code('message/send', toJerry('x', { quote_mid: elsewhere.mid }))).toBe(2)
      const { mid } = await site.as(tom).ok('message/send', toJerry('删掉'))
      await site.as(tom).ok('message/delete', { id: jerry.uid, type: 'friend', mid, ty: 1 })
      expect(await site.as(tom).code('message/send', toJerry('x', { quote_mid: mid }))).toBe(2)
      expect(
        await site
          .as(jerry)
          .code('message/send', { to: tom.uid, type: 'friend', content: 'x', quote_mid: mid }),
      ).toBe(0)
    })
  })
})

describe('automatic answers of a member', () => {
  let member: TestUser

  beforeAll(async () => {
    member = await site.user({ nickname: '客服', is_member: 1 })
    const replies = site.as(member)
    await replies.ok('reply/add', {
      type: 1,
      title: '欢迎',
      content: '您好，请问有什么可以帮您？',
      is_default: 1,
    })
    await replies.ok('reply/add', {
      type: 3,
      title: '怎么退款',
      content: '七天无理由退款。',
      keyword: '退钱,refund',
    })
    await replies.ok('reply/add', { type: 3, title: '发票', content: '不可见', keyword: '税', is_show: 0 })
  })

  const ask = (who: TestUser, content: string) =>
    site.as(who).ok('message/send', { to: member.uid, type: 'friend', content })
  const answers = async (who: TestUser) =>
    (await history(who, member.uid))
      .filter((row: { auto?: number }) => row.auto === 1)
      .map((row: { content: string }) => row.content)

  test('a stranger is welcomed once a day, and gets a FAQ by title or keyword', async () => {
    const visitor = await site.user()
    const ear = await site.listen(visitor, `user-${visitor.uid}`)
    await ask(visitor, '在吗')
    await ask(visitor, '在吗？')
    expect(await answers(visitor)).toEqual(['您好，请问有什么可以帮您？'])
    await ask(visitor, '怎么退款')
    await ask(visitor, '我想 REFUND 一下')
    await ask(visitor, '税')
    expect(await answers(visitor)).toEqual([
      '您好，请问有什么可以帮您？',
      '七天无理由退款。',
      '七天无理由退款。',
    ])
    await ear.next('message')
    expect(await ear.next('message')).toMatchObject({
      auto: 1,
      from: String(member.uid),
      to: String(visitor.uid),
    })
  })

  test('they do not count as the member’s own reading', async () => {
    const visitor = await site.user()
    await ask(visitor, '在吗')
    expect(await site.as(member).ok('message/unreadcount', { id: visitor.uid, type: 'friend' })).toBe(2)
  })

  test('friends are not welcomed; they get a FAQ by its exact title only', async () => {
    const friend = await site.user()
    await site.befriend(friend, member)
    await ask(friend, '我想退钱')
    expect(await answers(friend)).toEqual([])
    await ask(friend, '怎么退款')
    expect(await answers(friend)).toEqual(['七天无理由退款。'])
  })
})
