import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { hashPassword } from '../src/modules/accounts/index.ts'
import { startSite, type TestSite, type TestUser } from './harness.ts'

const PASSWORD = 'secret1'

let site: TestSite
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.close())

let serial = 0

/** An account that can sign in with {@link PASSWORD}. */
async function newAccount(): Promise<TestUser> {
  return site.user({ username: `session${++serial}`, password_hash: await hashPassword(PASSWORD) })
}

const cookieOf = (response: Response) => response.headers.get('set-cookie') ?? ''
const signIn = (username: string, password = PASSWORD) =>
  site.visitor().ok<{ uid: number; token: string }>('login/check', { username, password })
const withCookie = (token: string) => site.visitor('web', { cookie: `parley_session=${token}` })
const isSignedIn = async (token: string) => (await withCookie(token).code('login/sessions')) === 0

describe('login/logout', () => {
  test('ends the session, its cookie and its sockets', async () => {
    const user = await site.user()
    const socket = await site.listen(user, `user-${user.uid}`)
    const response = await site.as(user).request('login/logout', { logout_uid: user.uid })
    expect(await response.json()).toEqual({ code: 0, msg: 'ok', data: [] })
    expect(cookieOf(response)).toStartWith('parley_session=; Path=/; Max-Age=0')
    expect(await isSignedIn(user.token)).toBe(false)
    await socket.whenClosed()
  })

  test('works without logout_uid, and again, and for those who are not signed in', async () => {
    const user = await site.user()
    expect(await site.as(user, 'h5').code('login/logout')).toBe(0)
    expect(await site.as(user, 'h5').code('login/logout', { logout_uid: user.uid })).toBe(0)
    expect(await site.visitor().code('login/logout')).toBe(0)
    expect(await site.api(user).code('login/logout')).toBe(0)
  })

  test('the uid of somebody else is refused', async () => {
    const [user, other] = (await site.users(2)) as [TestUser, TestUser]
    const answer = await site.as(user).call('login/logout', { logout_uid: other.uid })
    expect(answer).toEqual({ code: 2, msg: '参数非法', data: [] })
    expect(await isSignedIn(user.token)).toBe(true)
    expect(await isSignedIn(other.token)).toBe(true)
  })
})

describe('login/sessions', () => {
  test('lists the devices of the caller and marks the one that asks', async () => {
    const user = await newAccount()
    const phone = site.visitor('web', { 'user-agent': 'Phone/1' })
    const { token } = await phone.ok('login/check', { username: user.username, password: PASSWORD })
    const list = await withCookie(token).ok('login/sessions')
    const nowSeconds = Math.floor(Date.now() / 1000)
    expect(list).toHaveLength(2)
    for (const { timestamp, last_seen } of list) {
      expect(nowSeconds - timestamp).toBeWithin(0, 60)
      expect(last_seen).toBe(timestamp)
    }
    const shown = list.map(({ device, address, current }: any) => ({ device, address, current }))
    expect(shown).toContainEqual({ device: 'Phone/1', address: '127.0.0.1', current: 1 })
    expect(shown).toContainEqual({ device: 'test', address: '127.0.0.1', current: 0 })
    expect(JSON.stringify(list)).not.toContain(token)
  })

  test('a server key sees those of the user that it names; visitors are refused', async () => {
    const user = await site.user()
    expect(await site.api(user).ok('login/sessions')).toMatchObject([{ device: 'test', current: 0 }])
    expect(await site.api().code('login/sessions')).toBe(1)
    expect(await site.visitor().code('login/sessions')).toBe(-1)
  })
})

describe('login/end', () => {
  test('signs another device out at once, with its sockets', async () => {
    const user = await newAccount()
    const { token } = await signIn(user.username)
    const socket = await site.listen({ ...user, token }, `user-${user.uid}`)
    const other = (await withCookie(token).ok('login/sessions')).find(({ current }: any) => current === 1)
    expect(await site.as(user).call('login/end', { id: other.id })).toEqual({ code: 0, msg: 'ok', data: [] })
    expect(await isSignedIn(token)).toBe(false)
    await socket.whenClosed()
    expect(await isSignedIn(user.token)).toBe(true)
  })

  test('ending the own session clears the cookie', async () => {
    const user = await site.user()
    const [own] = await site.as(user).ok('login/sessions')
    const response = await site.as(user).request('login/end', { id: own.id })
    expect(cookieOf(response)).toStartWith('parley_session=; Path=/; Max-Age=0')
    expect(await isSignedIn(user.token)).toBe(false)
  })

  test('nobody ends the session of somebody else', async () => {
    const [user, other] = (await site.users(2)) as [TestUser, TestUser]
    const [theirs] = await site.as(other).ok('login/sessions')
    const answer = await site.as(user).call('login/end', { id: theirs.id })
    expect(answer).toEqual({ code: 3, msg: '记录不存在', data: [] })
    expect(await site.api(user).code('login/end', { id: theirs.id })).toBe(3)
    expect(await site.visitor().code('login/end', { id: theirs.id })).toBe(-1)
    expect(await site.as(user).code('login/end')).toBe(1)
    expect(await isSignedIn(other.token)).toBe(true)
  })
})

describe('user/updatepassword', () => {
  const change = (from: string, to: string) => ({ password_old: from, password1: to, password2: to })

  test('replaces the password and ends the other sessions', async () => {
    const user = await newAccount()
    const { token } = await signIn(user.username)
    const answer = await site.as(user).call('user/updatepassword', change(PASSWORD, 'secret2'))
    expect(answer).toEqual({ code: 0, msg: 'ok', data: [] })
    expect(await isSignedIn(token)).toBe(false)
    expect(await isSignedIn(user.token)).toBe(true)
    expect(await site.visitor().code('login/check', { username: user.username, password: PASSWORD })).toBe(
      101,
    )
    await signIn(user.username, 'secret2')
  })

  test('a server key ends them all, and needs the old password, too', async () => {
    const user = await newAccount()
    expect(await site.api(user).code('user/updatepassword', change('wrong1', 'secret2'))).toBe(101)
    expect(await site.api(user).code('user/updatepassword', change(PASSWORD, 'secret2'))).toBe(0)
    expect(await isSignedIn(user.token)).toBe(false)
  })

  test('the old one must be right, the new one long enough and typed twice alike', async () => {
    const user = await newAccount()
    const web = site.as(user)
    expect(await web.call('user/updatepassword', change('wrong1', 'secret2'))).toMatchObject({
      code: 101,
      msg: '原密码不正确',
    })
    expect(
      await web.code('user/updatepassword', { ...change(PASSWORD, 'secret2'), password2: 'secret3' }),
    ).toBe(2)
    expect(await web.code('user/updatepassword', change(PASSWORD, '12345'))).toBe(2)
    for (const name of ['password_old', 'password1', 'password2']) {
      const answer = await web.call('user/updatepassword', { ...change(PASSWORD, 'secret2'), [name]: '' })
      expect(answer).toMatchObject({ code: 1, msg: `缺少参数：${name}` })
    }
    await signIn(user.username)
  })

  test('of two changes at once one counts', async () => {
    const user = await newAccount()
    const codes = await Promise.all(
      ['secret2', 'secret3'].map((to) => site.as(user).code('user/updatepassword', change(PASSWORD, to))),
    )
    expect(codes.sort((a, b) => a - b)).toEqual([0, 101])
  })

  test('visitors and disabled accounts are refused', async () => {
    const user = await newAccount()
    expect(await site.visitor().code('user/updatepassword', change(PASSWORD, 'secret2'))).toBe(-1)
    await site.api(user).ok('user/update', { account_state: 'disabled' })
    expect(await site.as(user).code('user/updatepassword', change(PASSWORD, 'secret2'))).toBe(-1)
    expect(await site.api(user).code('user/updatepassword', change(PASSWORD, 'secret2'))).toBe(85)
  })
})
