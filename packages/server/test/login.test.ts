import { afterAll, beforeAll, describe, expect, mock, spyOn, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { MemoryOneTimeStore, type OneTimeStore } from '../src/cluster/index.ts'
import { RedisOneTimeStore } from '../src/cluster/redis-one-time-store.ts'
import { hashPassword } from '../src/modules/accounts/index.ts'
import { startSite, type TestSite, type TestUser } from './harness.ts'

const PASSWORD = 'secret1'
const COOKIE = /^parley_session=(p[sv]_[\w-]{43}); Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/

let site: TestSite
/** The answers of the captchas that are out, by store key: what a person would read from the picture. */
const captchaAnswers: string[] = []

beforeAll(async () => {
  const stores: OneTimeStore[] = [MemoryOneTimeStore.prototype, RedisOneTimeStore.prototype]
  for (const store of stores) {
    const { put } = store
    spyOn(store, 'put').mockImplementation(function (this: OneTimeStore, ...[key, value, lifeMs]) {
      captchaAnswers.push(value)
      return put.call(this, key, value, lifeMs)
    })
  }
  site = await startSite({ env: { TRUST_PROXY: '127.0.0.1' } })
})
afterAll(async () => {
  mock.restore()
  await site.close()
})

let serial = 0
const newName = () => `login${++serial}`

/** An account that can sign in with {@link PASSWORD}. */
async function newAccount(): Promise<TestUser> {
  return site.user({ username: newName(), password_hash: await hashPassword(PASSWORD) })
}

const cookieOf = (response: Response) => response.headers.get('set-cookie') ?? ''
const tokenIn = (response: Response) => COOKIE.exec(cookieOf(response))?.[1] ?? ''
const signIn = (username: string, password = PASSWORD) =>
  site.visitor().ok<{ uid: number; token: string }>('login/check', { username, password })
const withCookie = (token: string) => site.visitor('web', { cookie: `parley_session=${token}` })
const isSignedIn = async (token: string) => (await withCookie(token).code('login/sessions')) === 0

/** Fetches a captcha as a browser does, and reads it. */
async function readCaptcha(path: string, cookie = ''): Promise<{ answer: string; cookie: string }> {
  const response = await site.visitor('web', cookie ? { cookie } : {}).request(path)
  expect(response.headers.get('content-type')).toStartWith('image/svg+xml')
  expect(await response.text()).toStartWith('<svg')
  return {
    answer: captchaAnswers.at(-1)!,
    cookie: cookie || `parley_session=${tokenIn(response)}`,
  }
}

describe('login/check', () => {
  test('signs in: the answer and the cookie carry one token, good on every face', async () => {
    const { uid, username } = await newAccount()
    const response = await site.visitor().request('login/check', { username, password: PASSWORD })
    const token = tokenIn(response)
    expect(token).toStartWith('ps_')
    expect(await response.json()).toEqual({ code: 0, msg: 'ok', data: { uid, token } })
    for (const face of ['web', 'h5'] as const) {
      expect(await site.visitor(face, { cookie: `parley_session=${token}` }).code('login/sessions')).toBe(0)
    }
    expect(await site.visitor('api', { authorization: `Bearer ${token}` }).code('login/sessions')).toBe(0)
  })

  test('the username may be typed in any case', async () => {
    const { uid, username } = await newAccount()
    expect((await signIn(username.toUpperCase())).uid).toBe(uid)
  })

  test('behind TLS the cookie is for TLS only', async () => {
    const { username } = await newAccount()
    const proxied = site.visitor('web', { 'x-forwarded-proto': 'https' })
    expect(cookieOf(await proxied.request('login/check', { username, password: PASSWORD }))).toEndWith(
      '; Secure',
    )
  })

  test('a wrong password and an unknown username get the same answer', async () => {
    const { username } = await newAccount()
    const refusal = { code: 101, msg: '用户不存在或者密码错误', data: [] }
    const response = await site.visitor().request('login/check', { username, password: 'secret2' })
    expect(await response.json()).toEqual(refusal)
    expect(cookieOf(response)).toBe('')
    expect(await site.visitor().call('login/check', { username: 'nobody', password: PASSWORD })).toEqual(
      refusal,
    )
    expect(await site.visitor().call('login/check', { username: "' or 1=1", password: PASSWORD })).toEqual(
      refusal,
    )
  })

  test('an account without a password cannot be entered', async () => {
    const { username } = await site.user({ username: newName() })
    expect(await site.visitor().code('login/check', { username, password: ' ' })).toBe(101)
  })

  test('a disabled account is told so, but only to those who know its password', async () => {
    const { uid, username } = await newAccount()
    await site.api(uid).ok('user/update', { account_state: 'disabled' })
    const answer = await site.visitor().call('login/check', { username, password: PASSWORD })
    expect(answer).toEqual({ code: 85, msg: '该账户已经被禁用', data: [] })
    expect(await site.visitor().code('login/check', { username, password: 'secret2' })).toBe(101)
  })

  test('both parameters are needed, and never in an address', async () => {
    const visitor = site.visitor()
    expect(await visitor.call('login/check', { username: 'x' })).toMatchObject({
      code: 1,
      msg: '缺少参数：password',
    })
    expect(await visitor.call('login/check', { password: 'x' })).toMatchObject({
      code: 1,
      msg: '缺少参数：username',
    })
    const { username } = await newAccount()
    const response = await fetch(`${site.url}/web/login/check?username=${username}&password=${PASSWORD}`)
    expect(((await response.json()) as { code: number }).code).toBe(405)
  })

  test('a hash of the original system signs in, and is replaced by a strong one', async () => {
    const username = newName()
    const legacy = createHash('md5').update(`${username}-cpcccim-${PASSWORD}`).digest('hex')
    const { uid } = await site.user({ username, password_hash: `md5:${legacy}` })
    expect(await site.visitor().code('login/check', { username, password: 'secret2' })).toBe(101)
    await signIn(username)
    expect(await site.services.users.passwordHashOf(uid)).toStartWith('$argon2id$')
    expect((await signIn(username)).uid).toBe(uid)
  })

  test('the session that the browser had is replaced, with its sockets', async () => {
    const user = await newAccount()
    const socket = await site.listen(user, `user-${user.uid}`)
    const { token } = await site.as(user).ok('login/check', { username: user.username, password: PASSWORD })
    expect(token).not.toBe(user.token)
    expect(await isSignedIn(user.token)).toBe(false)
    expect(await isSignedIn(token)).toBe(true)
    await socket.whenClosed()
  })
})

describe('login/logincaptcha', () => {
  beforeAll(() => site.set({ login_captcha: 'on' }))
  afterAll(() => site.set({ login_captcha: 'off' }))

  test('a visitor gets a picture and a cookie; with a cookie only the picture', async () => {
    const first = await site.visitor().request('login/logincaptcha')
    expect(tokenIn(first)).toStartWith('pv_')
    expect(first.headers.get('cache-control')).toBe('no-store')
    const cookie = `parley_session=${tokenIn(first)}`
    const second = await site.visitor('web', { cookie }).request('login/logincaptcha', { rand: '0.5' })
    expect(cookieOf(second)).toBe('')
  })

  test('the captcha is needed, must be right and works once', async () => {
    const { username } = await newAccount()
    const input = { username, password: PASSWORD }
    expect(await site.visitor().call('login/check', input)).toMatchObject({
      code: 1,
      msg: '缺少参数：captcha',
    })

    const { answer, cookie } = await readCaptcha('login/logincaptcha')
    const visitor = site.visitor('web', { cookie })
    const wrong = await visitor.call('login/check', { ...input, captcha: 'none' })
    expect(wrong).toEqual({ code: 1, msg: '验证码不正确', data: [] })
    expect(await visitor.code('login/check', { ...input, captcha: answer })).toBe(1)

    const next = await readCaptcha('login/logincaptcha', cookie)
    const response = await visitor.request('login/check', { ...input, captcha: next.answer.toUpperCase() })
    // The cookie from before the sign-in stands for nobody afterwards.
    expect(tokenIn(response)).toStartWith('ps_')
    expect(await visitor.code('login/sessions')).toBe(-1)
    expect(await visitor.code('login/check', { ...input, captcha: next.answer })).toBe(1)
  })

  test('it works for nobody else and for nothing else', async () => {
    const { username } = await newAccount()
    const input = { username, password: PASSWORD }
    const { answer } = await readCaptcha('login/logincaptcha')
    const other = await readCaptcha('login/joincaptcha')
    expect(await site.visitor().code('login/check', { ...input, captcha: answer })).toBe(1)
    const elsewhere = site.visitor('web', { cookie: other.cookie })
    expect(await elsewhere.code('login/check', { ...input, captcha: answer })).toBe(1)
    expect(await elsewhere.code('login/check', { ...input, captcha: other.answer })).toBe(1)
  })

  test('a server key needs none', async () => {
    const { uid, username } = await newAccount()
    expect(await site.api().ok('login/check', { username, password: PASSWORD })).toMatchObject({ uid })
  })
})

describe('login/joincaptcha', () => {
  beforeAll(() => site.set({ register_captcha: 'on' }))
  afterAll(() => site.set({ register_captcha: 'off' }))

  test('registering needs it, and the right one', async () => {
    const input = { username: newName(), nickname: '汤姆', password: PASSWORD }
    expect(await site.visitor().call('login/join', input)).toMatchObject({
      code: 1,
      msg: '缺少参数：captcha',
    })
    const { answer, cookie } = await readCaptcha('login/joincaptcha')
    const visitor = site.visitor('web', { cookie })
    const login = await readCaptcha('login/logincaptcha', cookie)
    if (login.answer !== answer) {
      expect(await visitor.code('login/join', { ...input, captcha: login.answer })).toBe(1)
    }
    const next = await readCaptcha('login/joincaptcha', cookie)
    expect(await visitor.code('login/join', { ...input, captcha: next.answer })).toBe(0)
  })
})

describe('login/join', () => {
  const person = () => ({ username: newName(), nickname: '小老鼠', password: PASSWORD })

  test('makes an ordinary account; the browser is not signed in, but an app may be', async () => {
    const input = { ...person(), sign: '你好' }
    const response = await site.visitor('h5').request('login/join', input)
    expect(cookieOf(response)).toBe('')
    const { code, msg, data } = (await response.json()) as {
      code: number
      msg: string
      data: { uid: number; token: string }
    }
    expect({ code, msg }).toEqual({ code: 0, msg: 'ok' })
    expect(await site.api().ok('user/get', { uid: data.uid })).toMatchObject({
      username: input.username,
      nickname: '小老鼠',
      sign: '你好',
      is_member: 0,
      account_state: 'normal',
    })
    expect((await signIn(input.username)).uid).toBe(data.uid)
    const { mine } = await site.as({ ...input, uid: data.uid, token: data.token }).ok('pop/get')
    expect(mine.uid).toBe(data.uid)
  })

  test('gives a server key no session', async () => {
    const data = await site.api().ok('login/join', person())
    expect(data).toEqual({ uid: expect.any(Number) })
  })

  test('what makes an account more than ordinary is ignored', async () => {
    const input = { ...person(), is_member: 1, is_admin: 1, uid: 1, avatar: '/x.png', parent_uid: 1 }
    const { uid } = await site.visitor().ok('login/join', input)
    expect(await site.services.users.require(uid)).toMatchObject({
      is_member: 0,
      is_admin: 0,
      parent_uid: 0,
      avatar: '',
    })
  })

  test('names that are taken or malformed', async () => {
    const input = person()
    const visitor = site.visitor()
    await visitor.ok('login/join', input)
    expect(await visitor.call('login/join', { ...input, username: input.username.toUpperCase() })).toEqual({
      code: 111,
      msg: '用户名已经存在',
      data: [],
    })
    for (const username of ['a b', '汤姆', 'a'.repeat(61), 'a_b']) {
      expect(await visitor.code('login/join', { ...input, username })).toBe(112)
    }
  })

  test('of two that want a name at once one gets it', async () => {
    const input = person()
    const codes = await Promise.all([0, 1].map(() => site.visitor().code('login/join', input)))
    expect(codes.sort()).toEqual([0, 111])
  })

  test('what is missing or wrong is named', async () => {
    const visitor = site.visitor()
    for (const name of ['username', 'nickname', 'password']) {
      const answer = await visitor.call('login/join', { ...person(), [name]: '' })
      expect(answer).toMatchObject({ code: 1, msg: `缺少参数：${name}` })
    }
    for (const wrong of [
      { password: '12345' },
      { nickname: 'n'.repeat(61) },
      { sign: 's'.repeat(256) },
      { phone: 'x' },
    ]) {
      const answer = await visitor.call('login/join', { ...person(), ...wrong })
      expect(answer.code).toBe(2)
      expect(answer.msg).toContain(Object.keys(wrong)[0]!)
    }
  })

  test('a site can close its registration, for everybody', async () => {
    await site.set({ register: 'off' })
    expect(await site.visitor().call('login/join', person())).toEqual({
      code: 86,
      msg: '系统未开放注册',
      data: [],
    })
    expect(await site.api().code('login/join', person())).toBe(86)
    await site.set({ register: 'on' })
  })

  test('without an SMS provider a phone needs no code, and counts for nothing', async () => {
    const { uid } = await site.visitor().ok('login/join', { ...person(), phone: '13800000001' })
    expect((await site.services.users.require(uid)).phone).toBe('')
    const guessed = { ...person(), phone: '13800000001', code: '123456' }
    expect(await site.visitor().code('login/join', guessed)).toBe(1)
  })
})
