import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { hashPassword } from '../src/modules/accounts/index.ts'
import { startSite, type TestSite, type TestUser } from './harness.ts'
import { openSmsInbox, type SmsInbox } from './sms-inbox.ts'

const PASSWORD = 'secret1'
const OK = { code: 0, msg: 'ok', data: [] }
const WRONG_CODE = { code: 1, msg: '短信验证码不正确或已过期', data: [] }

/** A site that really sends SMS: to the inbox of this test. */
let site: TestSite
let inbox: SmsInbox

beforeAll(async () => {
  inbox = openSmsInbox()
  site = await startSite({ env: inbox.env })
})
afterAll(async () => {
  await site.close()
  await inbox.close()
})
beforeEach(() => {
  inbox.refusing = false
})

let serial = 0
const newPhone = () => `139${String(++serial).padStart(8, '0')}`
const newName = () => `sms${++serial}`
const wrong = (code: string) => (code === '000000' ? '000001' : '000000')

/** An account with a phone and {@link PASSWORD}. */
async function newAccount(): Promise<TestUser & { phone: string }> {
  const user = await site.user({ username: newName(), password_hash: await hashPassword(PASSWORD) })
  const phone = newPhone()
  await site.api(user).ok('user/update', { phone })
  return { ...user, phone }
}

async function codeFor(phone: string, type: 'register' | 'forget'): Promise<string> {
  await site.visitor().ok('service/send_sms', { phone, type })
  return inbox.code(phone)
}

const joinWith = (fields: Record<string, unknown>) =>
  site.visitor().call('login/join', { username: newName(), nickname: '汤姆', password: PASSWORD, ...fields })

describe('service/send_sms', () => {
  test('sends six digits, and the code proves the phone at joining', async () => {
    const phone = newPhone()
    expect(await site.visitor('h5').call('service/send_sms', { phone, type: 'register' })).toEqual(OK)
    const code = await inbox.code(phone)
    expect(code).toMatch(/^\d{6}$/)
    expect(inbox.messages.at(-1)).toEqual({ phone, code, type: 'register' })
    const { code: result, data } = await joinWith({ phone, code })
    expect(result).toBe(0)
    expect(await site.services.users.require((data as { uid: number }).uid)).toMatchObject({ phone })
  })

  test('on /api it takes a key, as everything there', async () => {
    const phone = newPhone()
    expect(await site.visitor('api').code('service/send_sms', { phone, type: 'register' })).toBe(-1)
    expect(await site.api().code('service/send_sms', { phone, type: 'register' })).toBe(0)
    expect(await inbox.code(phone)).toMatch(/^\d{6}$/)
  })

  test('parameters', async () => {
    const visitor = site.visitor()
    expect(await visitor.call('service/send_sms', { type: 'register' })).toMatchObject({
      code: 1,
      msg: '缺少参数：phone',
    })
    expect(await visitor.call('service/send_sms', { phone: newPhone() })).toMatchObject({
      code: 1,
      msg: '缺少参数：type',
    })
    expect(await visitor.code('service/send_sms', { phone: '12ab', type: 'register' })).toBe(2)
    expect(await visitor.code('service/send_sms', { phone: newPhone(), type: 'retrieve' })).toBe(2)
  })

  test('registering needs phone and code: the right one, once, for that phone and that purpose', async () => {
    const phone = newPhone()
    expect(await joinWith({})).toMatchObject({ code: 1, msg: '缺少参数：phone' })
    expect(await joinWith({ phone })).toMatchObject({ code: 1, msg: '缺少参数：code' })
    expect(await joinWith({ phone, code: '123456' })).toEqual(WRONG_CODE)
    const code = await codeFor(phone, 'register')
    expect(await joinWith({ phone, code: wrong(code) })).toEqual(WRONG_CODE)
    expect(await joinWith({ phone: newPhone(), code })).toEqual(WRONG_CODE)
    expect(await joinWith({ phone, code })).toMatchObject({ code: 0 })
    expect(await joinWith({ phone, code })).toEqual(WRONG_CODE)
  })

  test('a taken username does not use the code up', async () => {
    const { username } = await newAccount()
    const phone = newPhone()
    const code = await codeFor(phone, 'register')
    expect(await joinWith({ username, phone, code })).toMatchObject({ code: 111 })
    expect(await joinWith({ phone, code })).toMatchObject({ code: 0 })
  })

  test('only who holds the phone learns that it has an account', async () => {
    const { phone } = await newAccount()
    expect(await joinWith({ phone, code: '123456' })).toEqual(WRONG_CODE)
    const code = await codeFor(phone, 'register')
    expect(await joinWith({ phone, code })).toEqual({ code: 113, msg: '手机号已被使用', data: [] })
  })

  test('five wrong tries spend the code', async () => {
    const phone = newPhone()
    const code = await codeFor(phone, 'register')
    for (let tries = 0; tries < 5; tries++)
      expect(await joinWith({ phone, code: wrong(code) })).toEqual(WRONG_CODE)
    expect(await joinWith({ phone, code })).toEqual(WRONG_CODE)
  })

  test('a provider that fails is told, with nothing of it', async () => {
    inbox.refusing = true
    const answer = await site.visitor().call('service/send_sms', { phone: newPhone(), type: 'register' })
    expect(answer).toEqual({ code: 500, msg: '短信发送失败，请稍后再试', data: [] })
  })

  test('a closed registration sends no codes for it', async () => {
    await site.set({ register: 'off' })
    const before = inbox.messages.length
    expect(await site.visitor().code('service/send_sms', { phone: newPhone(), type: 'register' })).toBe(86)
    expect(inbox.messages).toHaveLength(before)
    await site.set({ register: 'on' })
  })

  test('a forgotten password: the answer is the same whether or not the phone is known', async () => {
    const { phone } = await newAccount()
    const unknown = newPhone()
    expect(await site.visitor().call('service/send_sms', { phone: unknown, type: 'forget' })).toEqual(OK)
    expect(await site.visitor().call('service/send_sms', { phone, type: 'forget' })).toEqual(OK)
    expect(await inbox.code(phone)).toMatch(/^\d{6}$/)
    expect(inbox.messages.some((message) => message.phone === unknown)).toBe(false)
    inbox.refusing = true
    expect(await site.visitor().call('service/send_sms', { phone, type: 'forget' })).toEqual(OK)
  })

  test('one a minute per phone', async () => {
    await site.set({ rate_sms: '1/60' })
    const phone = newPhone()
    expect(await site.visitor().code('service/send_sms', { phone, type: 'register' })).toBe(0)
    const refusal = await site.visitor().call('service/send_sms', { phone, type: 'register' })
    expect(refusal.code).toBe(429)
    expect(refusal.msg).toMatch(/\d+ 秒后再试/)
    await site.set({ rate_sms: '100000/1' })
  })
})

describe('service/forget_pass', () => {
  const reset = (fields: Record<string, unknown>) =>
    site.visitor().call('service/forget_pass', { newpass: 'secret2', ...fields })

  test('sets the new password and ends every session', async () => {
    const { phone, username, token, uid } = await newAccount()
    const socket = await site.listen({ username, token, uid, nickname: '' }, `user-${uid}`)
    const code = await codeFor(phone, 'forget')
    expect(await reset({ phone, username: username.toUpperCase(), code })).toEqual(OK)
    await socket.whenClosed()
    expect(await site.visitor('web', { cookie: `parley_session=${token}` }).code('login/sessions')).toBe(-1)
    expect(await site.visitor().code('login/check', { username, password: PASSWORD })).toBe(101)
    await site.visitor().ok('login/check', { username, password: 'secret2' })
    expect(await reset({ phone, username, code, newpass: 'secret3' })).toEqual(WRONG_CODE)
  })

  test('phone and username must be of one account; every mismatch gets the same answer', async () => {
    const mine = await newAccount()
    const theirs = await newAccount()
    const code = await codeFor(mine.phone, 'forget')
    expect(await reset({ phone: mine.phone, username: theirs.username, code })).toEqual(WRONG_CODE)
    expect(await reset({ phone: theirs.phone, username: theirs.username, code })).toEqual(WRONG_CODE)
    expect(await reset({ phone: mine.phone, username: 'nobody', code })).toEqual(WRONG_CODE)
    expect(await reset({ phone: newPhone(), username: mine.username, code })).toEqual(WRONG_CODE)
    expect(await reset({ phone: mine.phone, username: mine.username, code })).toEqual(OK)
    await site.visitor().ok('login/check', { username: theirs.username, password: PASSWORD })
  })

  test('a code for something else does not count, and a wrong pair spends tries', async () => {
    const { phone, username } = await newAccount()
    const registering = await codeFor(phone, 'register')
    expect(await reset({ phone, username, code: registering })).toEqual(WRONG_CODE)
    const code = await codeFor(phone, 'forget')
    for (let tries = 0; tries < 5; tries++) await reset({ phone, username: 'nobody', code })
    expect(await reset({ phone, username, code })).toEqual(WRONG_CODE)
  })

  test('an account without a phone cannot be taken with an empty one', async () => {
    const { username } = await site.user({ username: newName() })
    expect(await reset({ phone: '', username, code: '123456' })).toMatchObject({
      code: 1,
      msg: '缺少参数：phone',
    })
  })

  test('a disabled account stays as it is', async () => {
    const { phone, username, uid } = await newAccount()
    await site.api(uid).ok('user/update', { account_state: 'disabled' })
    const hash = await site.services.users.passwordHashOf(uid)
    expect(await reset({ phone, username, code: await codeFor(phone, 'forget') })).toMatchObject({ code: 85 })
    expect(await site.services.users.passwordHashOf(uid)).toBe(hash)
  })

  test('parameters', async () => {
    const input = { phone: newPhone(), username: 'x', code: '123456' }
    for (const name of ['phone', 'username', 'code', 'newpass']) {
      expect(await reset({ ...input, [name]: '' })).toMatchObject({ code: 1, msg: `缺少参数：${name}` })
    }
    expect(await reset({ ...input, newpass: '12345' })).toMatchObject({ code: 2 })
    expect(await reset({ ...input, newpass: 'x'.repeat(129) })).toMatchObject({ code: 2 })
  })
})

describe('user/send_sms_pass', () => {
  test('the code changes the password of an account with a phone', async () => {
    const user = await newAccount()
    const change = { password_old: PASSWORD, password1: 'secret2', password2: 'secret2' }
    const web = site.as(user)
    expect(await web.call('user/updatepassword', change)).toMatchObject({ code: 1, msg: '缺少参数：code' })
    expect(await web.call('user/send_sms_pass', { phone: user.phone, type: 'retrieve' })).toEqual(OK)
    const code = await inbox.code(user.phone)
    expect(inbox.messages.at(-1)).toEqual({ phone: user.phone, code, type: 'retrieve' })
    expect(await web.call('user/updatepassword', { ...change, code: wrong(code) })).toEqual(WRONG_CODE)
    // A wrong password does not use the code up.
    expect(await web.code('user/updatepassword', { ...change, password_old: 'wrong1', code })).toBe(101)
    expect(await web.call('user/updatepassword', { ...change, code })).toEqual(OK)
    await site.visitor().ok('login/check', { username: user.username, password: 'secret2' })
  })

  test('an account without a phone needs no code', async () => {
    const user = await site.user({ username: newName(), password_hash: await hashPassword(PASSWORD) })
    const change = { password_old: PASSWORD, password1: 'secret2', password2: 'secret2' }
    expect(await site.as(user).code('user/updatepassword', change)).toBe(0)
  })

  test("only to the caller's own phone", async () => {
    const user = await newAccount()
    const other = await newAccount()
    const before = inbox.messages.length
    const refusal = { code: 2, msg: '参数非法', data: [] }
    expect(await site.as(user).call('user/send_sms_pass', { phone: other.phone, type: 'retrieve' })).toEqual(
      refusal,
    )
    const without = await site.user()
    expect(
      await site.as(without).call('user/send_sms_pass', { phone: other.phone, type: 'retrieve' }),
    ).toEqual(refusal)
    expect(await site.as(without).code('user/send_sms_pass', { phone: '', type: 'retrieve' })).toBe(1)
    expect(inbox.messages).toHaveLength(before)
  })

  test('visitors and disabled accounts are refused', async () => {
    const user = await newAccount()
    const input = { phone: user.phone, type: 'retrieve' }
    expect(await site.visitor().code('user/send_sms_pass', input)).toBe(-1)
    await site.api(user).ok('user/update', { account_state: 'disabled' })
    expect(await site.api(user).code('user/send_sms_pass', input)).toBe(85)
  })

  test('parameters, and a provider that fails', async () => {
    const user = await newAccount()
    expect(await site.as(user).code('user/send_sms_pass', { type: 'retrieve' })).toBe(1)
    expect(await site.as(user).code('user/send_sms_pass', { phone: user.phone, type: 'register' })).toBe(2)
    inbox.refusing = true
    expect(await site.as(user).code('user/send_sms_pass', { phone: user.phone, type: 'retrieve' })).toBe(500)
  })
})
