import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_SETTINGS, SETTING_NAMES } from '@parley/contract'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.close())

async function newAdministrator(): Promise<TestUser> {
  const user = await site.user()
  await site.services.users.update(user.uid, { is_admin: 1 })
  return user
}

describe('admin/setup', () => {
  const person = { username: 'boss', password: 'secret1' }
  const REFUSED = { code: 3, msg: '非法请求：没有权限', data: [] }
  let token: string
  let file: string
  beforeAll(() => {
    token = site.server.setupToken!
    file = join(site.dataDir, 'setup.token')
  })

  test('the token waits in a private file', async () => {
    expect((await Bun.file(file).text()).trim()).toBe(token)
    expect(token).toMatch(/^pa_[\w-]{43}$/)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('without the right token nobody becomes administrator, server keys included', async () => {
    const setup = (caller: ReturnType<TestSite['visitor']>, given: string) =>
      caller.call('admin/setup', { ...person, token: given })
    for (const wrong of ['x', token.slice(0, -1), `${token}x`, token.toUpperCase()]) {
      expect(await setup(site.visitor(), wrong)).toEqual(REFUSED)
    }
    expect(await setup(site.api(), 'x')).toEqual(REFUSED)
    expect(await setup(site.visitor(), '')).toMatchObject({ code: 1, msg: '缺少参数：token' })
    expect(await site.services.administrators.exist()).toBe(false)
  })

  test('what is wrong for another reason leaves the token good', async () => {
    const { username } = await site.user()
    const visitor = site.visitor()
    expect(await visitor.code('admin/setup', { ...person, token, username })).toBe(111)
    expect(await visitor.code('admin/setup', { ...person, token, username: 'a b' })).toBe(112)
    expect(await visitor.code('admin/setup', { ...person, token, password: '12345' })).toBe(2)
  })

  test('makes the first administrator, signed in; of two that try at once one succeeds; then it is over', async () => {
    const attempts = ['boss', 'chief'].map((username) =>
      site.visitor().call<{ uid: number; token: string }>('admin/setup', { ...person, username, token }),
    )
    const answers = await Promise.all(attempts)
    expect(answers.map(({ code }) => code).sort()).toEqual([0, 3])
    const { uid, token: session } = answers.find(({ code }) => code === 0)!.data
    const administrator = site.visitor('web', { cookie: `parley_session=${session}` })
    expect(await administrator.code('admin/settings')).toBe(0)
    const account = await site.services.users.require(uid)
    expect(account).toMatchObject({ is_admin: 1, is_member: 0 })
    expect(account.nickname).toBe(account.username)
    await site.visitor().ok('login/check', { username: account.username, password: person.password })

    expect(await Bun.file(file).exists()).toBe(false)
    expect(await site.visitor().call('admin/setup', { ...person, username: 'third', token })).toEqual(REFUSED)
  })
})

describe('admin/settings', () => {
  test('administrators and server keys see all settings, the private ones too', async () => {
    const administrator = await newAdministrator()
    for (const caller of [site.as(administrator), site.api()]) {
      const data = await caller.ok<Record<string, string>>('admin/settings')
      expect(Object.keys(data).sort()).toEqual([...SETTING_NAMES].sort())
      expect(data.dirty_words).toBe('')
      expect(data.rate_send).toBe('100000/1')
    }
  })

  test('nobody else does', async () => {
    const user = await site.user()
    expect(await site.as(user).code('admin/settings')).toBe(3)
    expect(await site.visitor().code('admin/settings')).toBe(-1)
    expect(await site.visitor('api').code('admin/settings')).toBe(-1)
  })

  test('who is no longer administrator sees nothing more', async () => {
    const administrator = await newAdministrator()
    expect(await site.as(administrator).code('admin/settings')).toBe(0)
    await site.services.users.update(administrator.uid, { is_admin: 0 })
    expect(await site.as(administrator).code('admin/settings')).toBe(3)
  })
})

describe('admin/setsettings', () => {
  test('changes what is given, leaves the rest and answers with all', async () => {
    const administrator = await newAdministrator()
    const before = await site.api().ok('admin/settings')
    const after = await site
      .as(administrator)
      .ok('admin/setsettings', { app_name: ' 泡泡 ', create_group: '0' })
    expect(after).toEqual({ ...before, app_name: '泡泡', create_group: 'off' })
    expect(await site.api().ok('admin/settings')).toEqual(after)
    expect(await site.visitor().ok('pop/getsetting')).toMatchObject({ app_name: '泡泡', create_group: 'off' })
    await site.set({ app_name: DEFAULT_SETTINGS.app_name, create_group: 'on' })
  })

  test('is in force at once', async () => {
    await site.set({ register: 'off' })
    const person = { username: 'late', nickname: 'Late', password: 'secret1' }
    expect(await site.visitor().code('login/join', person)).toBe(86)
    await site.set({ register: 'on' })
    expect(await site.visitor().code('login/join', person)).toBe(0)
  })

  test('one wrong value is named and spoils the whole', async () => {
    const before = await site.api().ok('admin/settings')
    for (const wrong of [
      { voice: 'maybe' },
      { group_limit: '1' },
      { rate_send: '0/1' },
      { explore_url: 'javascript:alert(1)' },
      { group_join: 'all' },
      { app_name: 'x'.repeat(61) },
    ]) {
      const answer = await site.api().call('admin/setsettings', { emoji: 'off', ...wrong })
      expect(answer.code).toBe(2)
      expect(answer.msg).toContain(Object.keys(wrong)[0]!)
    }
    expect(await site.api().ok('admin/settings')).toEqual(before)
  })

  test('something must be given, and be a setting', async () => {
    expect(await site.api().code('admin/setsettings')).toBe(1)
    expect(await site.api().code('admin/setsettings', { appkey: 'mine', ws_address: 'ws://evil' })).toBe(1)
  })

  test('only administrators and server keys may', async () => {
    const user = await site.user()
    expect(await site.as(user).code('admin/setsettings', { voice: 'off' })).toBe(3)
    expect(await site.visitor().code('admin/setsettings', { voice: 'off' })).toBe(-1)
    expect((await site.visitor().ok('pop/getsetting')).voice).toBe('on')
  })
})

describe('ADMIN_USERNAME and ADMIN_PASSWORD', () => {
  test('make the administrator at start, and no setup link is needed', async () => {
    const other = await startSite({ env: { ADMIN_USERNAME: 'root1', ADMIN_PASSWORD: 'secret1' } })
    try {
      expect(other.server.setupToken).toBeUndefined()
      const { token } = await other.visitor().ok('login/check', { username: 'root1', password: 'secret1' })
      const administrator = other.visitor('web', { cookie: `parley_session=${token}` })
      expect(await administrator.code('admin/settings')).toBe(0)
      expect(
        await other.visitor().code('admin/setup', { username: 'x', password: 'secret1', token: 'x' }),
      ).toBe(3)
    } finally {
      await other.close()
    }
  })
})
