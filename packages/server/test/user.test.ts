import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startSite, type TestSite } from './harness.ts'

let site: TestSite

beforeAll(async () => {
  site = await startSite()
})

afterAll(() => site.close())

let serial = 0
const name = () => `made${++serial}`

/** The document's sample of `user/get`, field by field. */
const detail = (fields: Record<string, unknown>) => ({
  uid: expect.any(Number),
  username: expect.any(String),
  nickname: expect.any(String),
  nid: expect.any(Number),
  is_member: 0,
  sign: '',
  avatar: expect.any(String),
  state: 'offline',
  logout_timestamp: 0,
  account_state: 'normal',
  ...fields,
})

describe('user/add', () => {
  test('makes an account that can sign in, by GET and by POST', async () => {
    const username = name()
    const input = {
      username,
      nickname: '  汤姆 ',
      avatar: '/static/img/a.jpg',
      password: 'secret1',
      sign: '大懒猫',
    }
    const { uid } = await site.api().ok('user/add', input)
    expect(await site.api().ok('user/get', { uid })).toEqual(
      detail({ uid, username, nickname: '汤姆', avatar: '/static/img/a.jpg', sign: '大懒猫' }),
    )
    const login = await site.visitor().ok('login/check', { username, password: 'secret1' })
    expect(login).toMatchObject({ uid })

    const posted = await fetch(`${site.url}/api/user/add`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.key}` },
      body: new URLSearchParams({ ...input, username: name() }),
    })
    expect(await posted.json()).toEqual({ code: 0, msg: 'ok', data: { uid: expect.any(Number) } })
  })

  test('without a picture there is a drawn one', async () => {
    const { uid } = await site
      .api()
      .ok('user/add', { username: name(), nickname: '小鼠', avatar: '', password: 'p' })
    const { avatar } = await site.api().ok('user/get', { uid })
    expect(avatar).toBe(`/avatar/${uid}.svg?t=%E5%B0%8F`)
  })

  test('refuses what is missing, malformed or taken', async () => {
    const input = { username: name(), nickname: 'N', avatar: '', password: 'p' }
    const api = site.api()
    await api.ok('user/add', input)
    expect(await api.code('user/add', { ...input, username: input.username.toUpperCase() })).toBe(111)
    expect(await api.code('user/add', { ...input, username: 'a b' })).toBe(112)
    expect(await api.code('user/add', { ...input, username: 'a'.repeat(61) })).toBe(112)
    for (const missing of ['username', 'nickname', 'avatar', 'password']) {
      const answer = await api.call('user/add', { ...input, username: name(), [missing]: undefined })
      expect(answer).toEqual({ code: 1, msg: `缺少参数：${missing}`, data: [] })
    }
    expect(await api.code('user/add', { ...input, username: name(), nickname: 'n'.repeat(61) })).toBe(2)
    expect(await api.code('user/add', { ...input, username: name(), avatar: 'javascript:alert(1)' })).toBe(2)
  })

  test('only a server key may', async () => {
    const user = await site.user()
    const input = { username: name(), nickname: 'N', avatar: '', password: 'p' }
    expect(await site.as(user).code('user/add', input)).toBe(3)
    expect(await site.visitor().code('user/add', input)).toBe(-1)
    expect(await site.visitor('api').code('user/add', input)).toBe(-1)
  })
})

describe('user/get and its old names', () => {
  test('answers the document’s sample; with a caller and uid it tells of friendship', async () => {
    const [me, friend] = [await site.user(), await site.user({ nickname: '小老鼠' })]
    const { uid, username } = friend
    const plain = detail({ uid, username, nickname: '小老鼠' })
    expect(await site.api().ok('user/get', { uid })).toEqual(plain)
    expect(await site.api(me).ok('user/get', { username })).toEqual(plain)
    expect(await site.as(me).ok('user/get', { uid })).toEqual({ ...plain, is_friend: false, remark: '' })
    await site.befriend(me, friend)
    await site.as(me).ok('friend/remark', { friend_uid: uid, remark: '备注名' })
    const known = { ...plain, is_friend: true, remark: '备注名' }
    expect(await site.api(me).ok('user/get', { uid })).toEqual(known)
    expect(await site.as(me).ok('user/get', { uid, username })).toEqual(known)
    expect(await site.as(me, 'h5').ok('user/detail', { uid })).toEqual(known)
    expect(await site.as(me, 'h5').ok('user/getbyuid', { uid })).toEqual(known)
    expect(await site.as(me, 'h5').ok('user/getbyname', { username: username.toUpperCase() })).toEqual(plain)
  })

  test('a public numeric id finds its owner by name, too', async () => {
    const [me, other] = await site.users(2)
    const { nid } = await site.api().ok('user/get', { uid: other!.uid })
    expect(await site.as(me!).ok('user/getbyname', { username: nid })).toMatchObject({ uid: other!.uid, nid })
    await site.set({ rate_find: '2/60' })
    try {
      const find = () => site.as(other!).code('user/getbyname', { username: nid })
      expect([await find(), await find(), await find()]).toEqual([0, 0, 429])
      expect(await site.as(other!).code('user/get', { username: me!.username })).toBe(429)
      // Nothing else is counted with it, nor a site's backend.
      expect(await site.as(other!).code('user/get', { uid: me!.uid })).toBe(0)
      expect(await site.api(other!).code('user/getbyname', { username: nid })).toBe(0)
    } finally {
      await site.set({ rate_find: '100000/1' })
    }
  })

  test('unknown, contradicting and missing conditions', async () => {
    const [me, other] = await site.users(2)
    const caller = site.as(me!)
    for (const path of ['user/get', 'user/detail', 'user/getbyuid']) {
      expect(await caller.code(path, { uid: 999_999 })).toBe(101)
      expect(await caller.code(path)).toBe(1)
    }
    expect(await caller.code('user/getbyname', { username: 'nobody999' })).toBe(101)
    expect(await caller.code('user/getbyname')).toBe(1)
    expect(await caller.code('user/get', { uid: me!.uid, username: other!.username })).toBe(101)
    expect(await caller.code('user/get', { username: '' })).toBe(1)
    expect(await caller.code('user/get', { uid: 'x' })).toBe(2)
    expect(await site.visitor().code('user/get', { uid: me!.uid })).toBe(-1)
  })

  test('a password is checked for a server key only', async () => {
    const me = await site.user()
    const username = name()
    await site.api().ok('user/add', { username, nickname: 'N', avatar: '', password: 'secret1' })
    const api = site.api()
    expect(await api.ok('user/get', { username, password: 'secret1' })).toMatchObject({ username })
    const wrong = await api.call('user/get', { username, password: 'secret2' })
    expect(wrong).toEqual({ code: 101, msg: '用户不存在或者密码错误', data: [] })
    expect(await api.code('user/get', { username: 'nobody999', password: 'secret1' })).toBe(101)
    expect(await api.code('user/get', { uid: me.uid, password: 'secret1' })).toBe(1)
    expect(await site.as(me).code('user/get', { username, password: 'secret1' })).toBe(2)
  })

  test('an empty password is a wrong one, not an absent one: a backend must not let it in', async () => {
    const username = name()
    await site.api().ok('user/add', { username, nickname: 'N', avatar: '', password: 'secret1' })
    for (const known of [username, (await site.user()).username])
      expect(await site.api().code('user/get', { username: known, password: '' })).toBe(101)
  })

  test('a disabled caller learns nothing of friendship', async () => {
    const [me, other] = await site.users(2)
    await site.api(me).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(me).code('user/get', { uid: other!.uid })).toBe(85)
    expect(await site.api(999_999).code('user/get', { uid: other!.uid })).toBe(85)
    expect(await site.api().ok('user/get', { uid: me!.uid })).toMatchObject({ account_state: 'disabled' })
  })
})

describe('the switch member_detail', () => {
  test('off: a member of a group opens no profiles of strangers, its owner does', async () => {
    const [owner, me, fellow] = await site.users(3)
    await site.group(owner!, me!, fellow!)
    const uid = fellow!.uid
    await site.set({ member_detail: 'off' })
    try {
      for (const path of ['user/get', 'user/detail', 'user/getbyuid']) {
        expect(await site.as(me!).code(path, { uid })).toBe(3)
      }
      expect(await site.as(me!).ok('user/multiGet', { uid: [me!.uid, uid] })).toHaveLength(1)
      expect(await site.as(owner!).ok('user/detail', { uid })).toMatchObject({ uid })
      expect(await site.api(me).ok('user/detail', { uid })).toMatchObject({ uid })
      // Who knows the name may open the profile, as old clients do after a search.
      await site.as(me!).ok('user/getbyname', { username: fellow!.username })
      expect(await site.as(me!).ok('user/detail', { uid })).toMatchObject({ uid, is_friend: false })
      await site.befriend(fellow!, owner!)
      expect(await site.as(fellow!).ok('user/detail', { uid: owner!.uid })).toMatchObject({ is_friend: true })
    } finally {
      await site.set({ member_detail: 'on' })
    }
    expect(await site.as(fellow!).ok('user/detail', { uid: me!.uid })).toMatchObject({ uid: me!.uid })
  })
})

describe('user/multiGet', () => {
  test('answers a list; unknown uids are left out', async () => {
    const [me, other] = await site.users(2)
    const list = await site.as(me!).ok('user/multiGet', { uid: [me!.uid, 999_999, other!.uid, me!.uid] })
    const row = ({ uid, username, nickname }: { uid: number; username: string; nickname: string }) => ({
      uid,
      username,
      nickname,
      sign: '',
      avatar: expect.any(String),
      state: 'offline',
      logout_timestamp: 0,
    })
    expect(list).toHaveLength(2)
    expect(list).toEqual(expect.arrayContaining([row(me!), row(other!)]))
    expect(await site.api().ok('user/multiGet', { uid: [999_999] })).toEqual([])
  })

  test('reads comma lists, and refuses nothing, nonsense and too much', async () => {
    const me = await site.user()
    const caller = site.as(me)
    const direct = await fetch(`${site.url}/web/user/multiget?uid=${me.uid},999999`, {
      headers: { cookie: `parley_session=${me.token}` },
    })
    expect(await direct.json()).toMatchObject({ code: 0, data: [{ uid: me.uid }] })
    expect(await caller.code('user/multiGet')).toBe(1)
    expect(await caller.code('user/multiGet', { uid: ['x'] })).toBe(2)
    expect(
      await caller.code('user/multiGet', { uid: Array.from({ length: 501 }, (_, index) => index + 1) }),
    ).toBe(2)
    expect(await site.visitor().code('user/multiGet', { uid: [me.uid] })).toBe(-1)
  })
})

describe('user/update', () => {
  test('a user changes their own profile, one field a call or several', async () => {
    const me = await site.user()
    const caller = site.as(me)
    expect(await caller.call('user/update', { nickname: '新名字' })).toEqual({ code: 0, msg: 'ok', data: [] })
    await caller.ok('user/update', { sign: '', avatar: '//host/upload/avatars/1/1/a.jpg' })
    expect(await caller.ok('user/detail', { uid: me.uid })).toMatchObject({
      nickname: '新名字',
      sign: '',
      avatar: '//host/upload/avatars/1/1/a.jpg',
    })
  })

  test('refuses nothing, what is too long, and pictures that are no address', async () => {
    const caller = site.as(await site.user())
    expect(await caller.code('user/update')).toBe(1)
    expect(await caller.code('user/update', { nickname: '' })).toBe(1)
    expect(await caller.code('user/update', { nickname: ' ' })).toBe(2)
    expect(await caller.code('user/update', { nickname: '名'.repeat(61) })).toBe(2)
    expect(await caller.code('user/update', { sign: '名'.repeat(256) })).toBe(2)
    expect(await caller.code('user/update', { avatar: 'javascript:alert(1)' })).toBe(2)
    expect(await caller.code('user/update', { avatar: 'a.jpg" onerror="x' })).toBe(2)
    expect(await site.visitor().code('user/update', { nickname: 'x' })).toBe(-1)
  })

  test('a session never sets state, membership or phone of its own account', async () => {
    const me = await site.user()
    const caller = site.as(me)
    expect(await caller.code('user/update', { is_member: 1 })).toBe(1)
    await caller.ok('user/update', {
      nickname: 'x',
      is_member: 1,
      account_state: 'disabled',
      phone: '13900000000',
    })
    expect(await caller.ok('user/detail', { uid: me.uid })).toMatchObject({
      nickname: 'x',
      is_member: 0,
      account_state: 'normal',
    })
    expect((await site.services.users.find(me.uid))?.phone).toBe('')
    const own = await fetch(`${site.url}/api/user/update`, {
      method: 'POST',
      headers: { authorization: `Bearer ${me.token}` },
      body: new URLSearchParams({ login_uid: String(me.uid), is_member: '1' }),
    })
    expect(await own.json()).toMatchObject({ code: 1 })
  })

  test('a server key sets them; a phone belongs to one account', async () => {
    const [me, other] = await site.users(2)
    await site.api(me).ok('user/update', { is_member: 1, phone: '13900000001' })
    expect(await site.api().ok('user/get', { uid: me!.uid })).toMatchObject({ is_member: 1 })
    expect(await site.api(other).code('user/update', { phone: '13900000001' })).toBe(113)
    expect(await site.api(999_999).code('user/update', { nickname: 'x' })).toBe(101)
    expect(await site.api(me).code('user/update', { account_state: 'gone' })).toBe(2)
  })

  test('disabling ends every session and closes the sockets at once', async () => {
    const me = await site.user()
    const socket = await site.listen(me, `user-${me.uid}`)
    await site.api(me).ok('user/update', { account_state: 'disabled' })
    expect(await site.as(me).code('user/detail', { uid: me.uid })).toBe(-1)
    await socket.whenClosed()
    await site.api(me).ok('user/update', { account_state: 'normal' })
    expect(await site.as(me).code('user/detail', { uid: me.uid })).toBe(-1)
  })
})

describe('sub-users', () => {
  const input = () => ({ username: name(), nickname: '客服', password: 'secret1' })

  test('a member opens an account that can sign in; the two are no friends and can talk', async () => {
    const member = await site.user({ is_member: 1 })
    const sub = input()
    const { uid } = await site.as(member).ok('user/open_user', sub)
    expect(uid).toBeNumber()
    const [row] = await site.as(member).ok('user/sub_users')
    expect(row).toEqual({
      uid,
      username: sub.username,
      nickname: '客服',
      sign: '',
      avatar: expect.any(String),
      state: 'offline',
      logout_timestamp: 0,
      account_state: 'normal',
      disabled_by: '',
    })
    const stands = { is_friend: false, is_family: true, is_member: 0 }
    expect(await site.as(member).ok('user/detail', { uid })).toMatchObject(stands)
    expect(await site.api(uid).ok('user/detail', { uid: member.uid })).toMatchObject({ is_family: true })
    await site.visitor().ok('login/check', { username: sub.username, password: 'secret1' })
    await site.set({ stranger_chat: 'off' })
    try {
      await site.as(member).ok('message/send', { to: uid, type: 'friend', content: 'hi' })
      const stranger = await site.user()
      expect(await site.as(stranger).code('message/send', { to: uid, type: 'friend', content: 'hi' })).toBe(
        84,
      )
    } finally {
      await site.set({ stranger_chat: 'on' })
    }
  })

  test('only members may, and not with a name that is taken or malformed', async () => {
    const [member, ordinary] = [await site.user({ is_member: 1 }), await site.user()]
    expect(await site.as(ordinary).code('user/open_user', input())).toBe(3)
    expect(await site.as(ordinary).code('user/sub_users')).toBe(3)
    expect(await site.visitor().code('user/open_user', input())).toBe(-1)
    const caller = site.as(member)
    expect(await caller.code('user/open_user', { ...input(), username: ordinary.username })).toBe(111)
    expect(await caller.code('user/open_user', { ...input(), username: '客服' })).toBe(112)
    expect(await caller.code('user/open_user', { ...input(), password: undefined })).toBe(1)
    expect(await caller.code('user/open_user', { ...input(), password: 'short' })).toBe(2)
  })

  test('a member disables, enables and resets its own only', async () => {
    const [member, other] = [await site.user({ is_member: 1 }), await site.user({ is_member: 1 })]
    const sub = input()
    const { uid } = await site.as(member).ok('user/open_user', sub)
    const { token } = await site.visitor().ok('login/check', { username: sub.username, password: 'secret1' })
    const asSub = site.as({ ...member, token })
    await asSub.ok('user/detail', { uid })

    expect(await site.as(other).code('user/reset_sub_user', { uid, newpass: 'secret2' })).toBe(101)
    expect(await site.as(other).code('user/disable_sub_user', { uid, value: 1 })).toBe(101)
    expect(await site.as(member).code('user/disable_sub_user', { uid: other.uid, value: 1 })).toBe(101)
    expect(await site.as(member).code('user/disable_sub_user', { uid })).toBe(1)

    await site.as(member).ok('user/reset_sub_user', { uid, newpass: 'secret2' })
    expect(await asSub.code('user/detail', { uid })).toBe(-1)
    expect(await site.visitor().code('login/check', { username: sub.username, password: 'secret1' })).toBe(
      101,
    )
    const again = await site.visitor().ok('login/check', { username: sub.username, password: 'secret2' })

    await site.as(member).ok('user/disable_sub_user', { uid, value: 1 })
    expect(await site.as({ ...member, token: again.token }).code('user/detail', { uid })).toBe(-1)
    expect(await site.as(member).ok('user/sub_users')).toMatchObject([
      { uid, account_state: 'disabled', disabled_by: 'parent' },
    ])
    await site.as(member).ok('user/disable_sub_user', { uid, value: 0 })
    await site.visitor().ok('login/check', { username: sub.username, password: 'secret2' })
  })

  test('what the site has disabled, its parent cannot enable', async () => {
    const member = await site.user({ is_member: 1 })
    const { uid } = await site.as(member).ok('user/open_user', input())
    const setDisabled = (value: 0 | 1) => site.as(member).code('user/disable_sub_user', { uid, value })
    const stands = async () => {
      const [{ account_state, disabled_by }] = await site.as(member).ok('user/sub_users')
      return [account_state, disabled_by]
    }
    await site.api(uid).ok('user/update', { account_state: 'disabled' })
    expect(await stands()).toEqual(['disabled', 'site'])
    expect(await setDisabled(0)).toBe(3)
    // To disable it once more changes nothing of whose it is.
    expect(await setDisabled(1)).toBe(0)
    expect(await setDisabled(0)).toBe(3)
    expect(await stands()).toEqual(['disabled', 'site'])

    await site.api(uid).ok('user/update', { account_state: 'normal' })
    expect(await stands()).toEqual(['normal', ''])
    expect(await setDisabled(1)).toBe(0)
    expect(await stands()).toEqual(['disabled', 'parent'])
    await site.api(uid).ok('user/update', { account_state: 'disabled' })
    expect(await setDisabled(0)).toBe(3)
    await site.api(uid).ok('user/update', { account_state: 'normal' })
    expect([await setDisabled(0), await stands()]).toEqual([0, ['normal', '']])
  })

  test('a hundred at most', async () => {
    const member = await site.user({ is_member: 1 })
    for (let index = 0; index < 100; index++) {
      await site.services.users.create({
        username: name(),
        nickname: 'S',
        password_hash: '',
        parent_uid: member.uid,
      })
    }
    expect(await site.as(member).code('user/open_user', input())).toBe(2)
  })
})
