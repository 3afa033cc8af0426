import { afterAll, beforeAll, describe, expect, mock, setDefaultTimeout, spyOn, test } from 'bun:test'
import { RedisOneTimeStore } from '../../src/cluster/redis-one-time-store.ts'
import { hashPassword } from '../../src/modules/accounts/index.ts'
import { parleyOk } from '../command.ts'
import type { TestSite, TestUser } from '../harness.ts'
import { hasRedis, testRedis } from '../services.ts'
import { listenOn, type Nodes, passed, soon, startNodes } from './two-nodes.ts'

/*
 * A site of two nodes is one site: whatever happens on one is so on the other, for sockets, for calls and for what is
 * remembered. Rights that end have a file of their own, and so has presence.
 */

const PASSWORD = 'secret1'

setDefaultTimeout(300_000)

describe.skipIf(!hasRedis)('two nodes', () => {
  let nodes: Nodes
  let a: TestSite
  let b: TestSite
  let tom: TestUser
  let jerry: TestUser
  let gid: number

  beforeAll(async () => {
    nodes = await startNodes(await testRedis())
    ;({ a, b } = nodes)
    ;[tom, jerry] = (await a.users(2)) as [TestUser, TestUser]
    await a.befriend(tom, jerry)
    gid = await a.group(tom, jerry)
    // What one node has told so far is history on the other, too, before anybody listens there.
    await passed(await listenOn(b, undefined), a)
  })
  afterAll(() => nodes.close())

  describe('live', () => {
    test('a message sent on one arrives on the other: user and group channels, once', async () => {
      const ear = await listenOn(b, jerry, `user-${jerry.uid}`, `group-${gid}`)
      const { mid } = await a.as(tom).ok('message/send', { to: jerry.uid, type: 'friend', content: '你好' })
      expect(await ear.next('message', `user-${jerry.uid}`)).toMatchObject({ mid, content: '你好', seq: 1 })
      await a.as(tom).ok('message/send', { to: gid, type: 'group', content: '大家好' })
      expect((await ear.next('message', `group-${gid}`)).content).toBe('大家好')
      await passed(ear, a, b)
      expect(ear.heard('message')).toBe(false)
    })

    test('what several say at once on both is heard by all, each message once', async () => {
      const ears = await Promise.all([listenOn(a, tom, `group-${gid}`), listenOn(b, jerry, `group-${gid}`)])
      const say = (node: TestSite, user: TestUser, content: string) =>
        node.as(user).ok('message/send', { to: gid, type: 'group', content })
      const sent = await Promise.all(
        Array.from({ length: 20 }, (_, n) => [say(a, tom, `a${n}`), say(b, jerry, `b${n}`)]).flat(),
      )
      const seqs = sent.map(({ seq }) => seq).sort((one, other) => one - other)
      for (const ear of ears) {
        await passed(ear, a, b)
        const heard = ear.frames.filter(({ event }) => event === 'message').map(({ data }) => data.seq)
        expect(heard.toSorted((one, other) => one - other)).toEqual(seqs)
      }
    })

    test('who is added on one hears on the other what was asked for in vain', async () => {
      const kitty = await a.user()
      await a.befriend(tom, kitty)
      const ear = await listenOn(b, kitty)
      const forms = [`group-${gid}`, `presence-group-${gid}`]
      for (const channel of forms) ear.send('pusher:subscribe', { channel })
      await ear.barrier()
      expect(ear.heard('pusher_internal:subscription_succeeded')).toBe(false)
      await a.as(tom).ok('group/memberadd', { gid, members: [kitty.uid] })
      for (const channel of forms) await ear.next('pusher_internal:subscription_succeeded', channel)
      await a.as(tom).ok('message/send', { to: gid, type: 'group', content: '欢迎' })
      const contents = [(await ear.next('message', `group-${gid}`)).content]
      if (contents[0] !== '欢迎') contents.push((await ear.next('message', `group-${gid}`)).content)
      expect(contents.at(-1)).toBe('欢迎')
    })

    test('a client’s own events reach those on the other node, and not itself', async () => {
      const channel = `private-group-${gid}`
      const [mouth, ear] = [await listenOn(a, tom, channel), await listenOn(b, jerry, channel)]
      mouth.socket.send(JSON.stringify({ event: 'client-typing', channel, data: { uid: tom.uid } }))
      expect(await ear.next('client-typing', channel)).toEqual({ uid: tom.uid })
      await mouth.barrier()
      expect(mouth.heard('client-typing')).toBe(false)
    })

    test('the sender’s socket can be left out by its id, wherever the call goes', async () => {
      const [own, other] = [await listenOn(a, tom, 'news'), await listenOn(b, jerry, 'news')]
      const { socket_id } = own.greeting as { socket_id: string }
      await b.api().ok('push/emit', { channel: 'news', event: 'headline', socket_id })
      await other.next('headline')
      await passed(own, b)
      expect(own.heard('headline')).toBe(false)
    })

    test('a call over the websocket of the one is as good as one to the other', async () => {
      const [mouth, ear] = [await listenOn(b, tom), await listenOn(a, jerry, `user-${jerry.uid}`)]
      mouth.send('parley:call', {
        id: 7,
        path: 'message/send',
        params: { to: jerry.uid, type: 'friend', content: '电话' },
      })
      const { id, code, data } = await mouth.next('parley:result')
      expect({ id, code }).toEqual({ id: 7, code: 0 })
      expect(await ear.next('message')).toMatchObject({ mid: data.mid, content: '电话' })
      const history = await a.as(jerry).ok('message/get', { id: tom.uid, type: 'friend' })
      expect(history.at(-1)).toMatchObject({ mid: data.mid, content: '电话' })
    })
  })

  describe('what is remembered', () => {
    test('a group renamed on the one has its new name on the other', async () => {
      const ear = await listenOn(b, jerry, `group-${gid}`)
      await b.as(jerry).ok('group/detail', { gid })
      await a.as(tom).ok('group/update', { gid, groupname: '新名字' })
      expect(await ear.next('updateGroup')).toMatchObject({ gid, groupname: '新名字' })
      expect((await b.as(jerry).ok('group/detail', { gid })).info.groupname).toBe('新名字')
    })

    test('a nickname and a remark changed on the one are on messages sent by the other', async () => {
      const ear = await listenOn(b, jerry, `user-${jerry.uid}`)
      const say = (content: string) =>
        b.as(tom).ok('message/send', { to: jerry.uid, type: 'friend', content })
      await say('1')
      expect((await ear.next('message')).from_name).toBe(tom.nickname)
      await a.as(tom).ok('user/update', { nickname: '汤姆' })
      await passed(ear, a)
      await say('2')
      expect((await ear.next('message')).from_name).toBe('汤姆')
      await a.as(jerry).ok('friend/remark', { friend_uid: tom.uid, remark: '老猫' })
      await passed(ear, a)
      await say('3')
      expect((await ear.next('message')).from_name).toBe('老猫')
    })

    test('a setting changed on the one acts on the other, whose sockets are told', async () => {
      const ear = await listenOn(b, jerry, 'global')
      await b.as(jerry).ok('message/send', { to: tom.uid, type: 'friend', content: '早' })
      await a.set({ private_chat: 'off' })
      expect(await ear.next('settingChange', 'global')).toMatchObject({ private_chat: 'off' })
      const code = () => b.as(jerry).code('message/send', { to: tom.uid, type: 'friend', content: '早' })
      await soon(async () => (await code()) === 83)
      await b.set({ private_chat: 'on' })
      await soon(
        async () =>
          (await a.as(tom).code('message/send', { to: jerry.uid, type: 'friend', content: '早' })) === 0,
      )
    })

    test('a limit counts what is called on both', async () => {
      await a.set({ rate_send: '4/60' })
      await soon(() => b.services.settings.get('rate_send') === '4/60')
      const user = await a.user()
      const send = (node: TestSite) =>
        node.as(user).code('message/send', { to: tom.uid, type: 'friend', content: '1' })
      const codes = []
      for (const node of [a, b, b, a, b, a]) codes.push(await send(node))
      expect(codes).toEqual([0, 0, 0, 0, 429, 429])
      await a.set({ rate_send: '100000/1' })
      await soon(() => b.services.settings.get('rate_send') === '100000/1')
    })

    test('a server key made on the one opens the other, and revoked there opens neither', async () => {
      const key = await a.services.keys.add('backend')
      const opens = async (node: TestSite) =>
        (await node.visitor('api', { 'x-api-key': key }).code('pop/getsetting')) === 0
      expect([await opens(a), await opens(b)]).toEqual([true, true])
      const ear = await listenOn(a, undefined)
      await b.services.keys.revoke('backend')
      expect(await opens(b)).toBe(false)
      await passed(ear, b)
      expect(await opens(a)).toBe(false)
    })
  })

  describe('who is who', () => {
    let account: TestUser
    beforeAll(async () => {
      account = await a.user({ password_hash: await hashPassword(PASSWORD) })
    })
    const sessionCookie = (response: Response) =>
      /^parley_session=[^;]+/.exec(response.headers.get('set-cookie') ?? '')![0]

    test('a sign-in on the one is good on the other: cookie, bearer and websocket', async () => {
      const response = await a
        .visitor()
        .request('login/check', { username: account.username, password: PASSWORD })
      const cookie = sessionCookie(response)
      expect(await b.visitor('web', { cookie }).code('login/sessions')).toBe(0)
      const { token } = ((await response.json()) as any).data
      expect(await b.visitor('api', { authorization: `Bearer ${token}` }).code('login/sessions')).toBe(0)
      const ear = await listenOn(b, { ...account, token }, `user-${account.uid}`)
      await b.visitor('web', { cookie }).ok('login/logout')
      expect((await ear.whenClosed()).code).toBe(4009)
    })

    test('a captcha drawn by the one is solved at the other, once', async () => {
      const answers: string[] = []
      const { put } = RedisOneTimeStore.prototype
      spyOn(RedisOneTimeStore.prototype, 'put').mockImplementation(function (
        this: RedisOneTimeStore,
        ...kept
      ) {
        answers.push(kept[1])
        return put.apply(this, kept)
      })
      await a.set({ login_captcha: 'on' })
      await soon(() => b.services.settings.on('login_captcha'))
      const drawn = await a.visitor().request('login/logincaptcha')
      mock.restore()
      const visitor = (node: TestSite) => node.visitor('web', { cookie: sessionCookie(drawn) })
      const input = { username: account.username, password: PASSWORD, captcha: answers[0] }
      expect(answers).toHaveLength(1)
      expect(await visitor(b).code('login/check', { ...input })).toBe(0)
      for (const node of [a, b]) expect(await visitor(node).code('login/check', input)).toBe(1)
      await a.set({ login_captcha: 'off' })
      await soon(() => !b.services.settings.on('login_captcha'))
    })

    test('a command tells both: a disabled account is out everywhere', async () => {
      const user = await a.user()
      const ears = await Promise.all([a, b].map((node) => listenOn(node, user, `user-${user.uid}`)))
      expect(await b.as(user).code('login/sessions')).toBe(0)
      await parleyOk(['user', 'disable', user.username], { ...nodes.env, DATA_DIR: a.dataDir })
      for (const ear of ears) expect((await ear.whenClosed()).code).toBe(4009)
      for (const node of [a, b]) expect(await node.as(user).code('login/sessions')).toBe(-1)
    })
  })
})
