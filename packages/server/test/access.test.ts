import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Envelope, OPERATIONS, type OperationSpec } from '@parley/contract'
import { type Listener, noteCall, startSite, type TestSite, type TestUser } from './harness.ts'

/*
 * Who may call what, for every operation there is and every door: the list of operations is the list of tests, so that
 * a new one is held against its own declaration from its first day.
 */

const NOBODY = -1
const DENIED = 3
const ABSENT = 404

let site: TestSite
let user: TestUser
let other: TestUser
/** Signed out. */
let gone: TestUser
let disabled: TestUser
let visitorSocket: Listener
let userSocket: Listener

beforeAll(async () => {
  site = await startSite()
  ;[user, other, gone, disabled] = (await site.users(4)) as [TestUser, TestUser, TestUser, TestUser]
  await site.as(gone).ok('login/logout')
  await site.api(disabled).ok('user/update', { account_state: 'disabled' })
  visitorSocket = await site.listen(undefined)
  userSocket = await site.listen(user)
})
afterAll(() => site.close())

type Face = 'api' | 'web' | 'h5'

/** The code of a call with no parameters but those given; it is refused before anybody misses them. */
async function codeOf(
  face: Face,
  { path }: OperationSpec,
  headers: Record<string, string> = {},
  method: string = 'POST',
  query = '',
): Promise<number> {
  const response = await fetch(`${site.url}/${face}/${path}${query}`, { method, headers })
  expect(response.headers.get('content-type')).toStartWith('application/json')
  await noteCall(path, response)
  return ((await response.json()) as Envelope).code
}

async function codeOverSocket(socket: Listener, { path }: OperationSpec): Promise<number> {
  socket.send('parley:call', { id: path, path, params: {} })
  return (await socket.next('parley:result')).code
}

const cookieOf = ({ token }: TestUser) => ({ cookie: `parley_session=${token}` })
const bearerOf = ({ token }: TestUser) => ({ authorization: `Bearer ${token}` })

const named = (specs: readonly OperationSpec[]) => specs.map((spec) => ({ path: spec.path, spec }))
const closed = OPERATIONS.filter(({ allow }) => allow !== 'public')

describe.each(named(closed))('$path', ({ spec }) => {
  test('is not for visitors, on any face', async () => {
    for (const face of ['web', 'h5', 'api'] as const) {
      expect(await codeOf(face, spec)).toBe(NOBODY)
      if (spec.method === 'GET') expect(await codeOf(face, spec, {}, 'GET')).toBe(NOBODY)
    }
    expect(await codeOverSocket(visitorSocket, spec)).toBe(spec.socket === false ? ABSENT : NOBODY)
  })

  test('is not for those who only claim to be somebody', async () => {
    const claims: Record<string, string>[] = [
      { cookie: 'parley_session=ps_guessed' },
      { cookie: `parley_session=pv_${user.token.slice(3)}` },
      { cookie: `session=${user.token}; PHPSESSID=${user.token}; admin=1` },
      { authorization: 'Bearer ps_guessed' },
      { authorization: `Basic ${btoa(`${user.username}:secret`)}` },
      cookieOf(gone),
      bearerOf(gone),
      cookieOf(disabled),
    ]
    for (const claim of claims) {
      for (const face of ['web', 'api'] as const) {
        expect([claim, face, await codeOf(face, spec, claim, 'POST', `?login_uid=${user.uid}`)]).toEqual([
          claim,
          face,
          NOBODY,
        ])
      }
    }
    for (const key of ['', 'pk_guessed', user.token]) {
      expect(await codeOf('api', spec, { 'x-api-key': key }, 'POST', `?login_uid=${user.uid}`)).toBe(NOBODY)
    }
    // A server key opens /api alone.
    expect(await codeOf('web', spec, { authorization: `Bearer ${site.key}` })).toBe(NOBODY)
    expect(await codeOf('h5', spec, { 'x-api-key': site.key })).toBe(NOBODY)
  })

  test('is not for pages of other sites, whoever looks at them', async () => {
    for (const face of ['web', 'h5', 'api'] as const) {
      for (const foreign of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
        expect(await codeOf(face, spec, { ...cookieOf(user), ...foreign })).toBe(DENIED)
      }
    }
  })

  test('a session on /api names nobody but itself', async () => {
    expect(await codeOf('api', spec, bearerOf(user), 'POST', `?login_uid=${other.uid}`)).toBe(DENIED)
    expect(await codeOf('api', spec, cookieOf(user), 'POST', `?login_uid=${other.uid}`)).toBe(DENIED)
  })
})

const restricted = OPERATIONS.filter(({ allow }) => allow === 'server' || allow === 'admin')

describe.each(named(restricted))('$path', ({ spec }) => {
  test('is not for ordinary users', async () => {
    expect(await codeOf('web', spec, cookieOf(user))).toBe(DENIED)
    expect(await codeOf('h5', spec, bearerOf(user))).toBe(DENIED)
    expect(await codeOf('api', spec, bearerOf(user))).toBe(DENIED)
    expect(await codeOf('api', spec, cookieOf(user), 'POST', `?login_uid=${user.uid}`)).toBe(DENIED)
    expect(await codeOverSocket(userSocket, spec)).toBe(spec.socket === false ? ABSENT : DENIED)
  })
})

describe.each(named(OPERATIONS.filter(({ allow }) => allow === 'server')))('$path', ({ spec }) => {
  test('is not for administrators either', async () => {
    const admin = await site.user()
    await site.services.users.update(admin.uid, { is_admin: 1 })
    expect(await codeOf('web', spec, cookieOf(admin))).toBe(DENIED)
  })
})

describe.each(named(OPERATIONS.filter(({ allow }) => allow === 'public')))('$path', ({ spec }) => {
  test('takes a key or a session on /api, like everything there', async () => {
    expect(await codeOf('api', spec)).toBe(NOBODY)
    expect(await codeOf('api', spec, { 'x-api-key': 'pk_guessed' })).toBe(NOBODY)
  })
})

test('what an operation is open to is one of the five known answers, and admin ones are open to an administrator', async () => {
  const admin = await site.user()
  await site.services.users.update(admin.uid, { is_admin: 1 })
  for (const spec of OPERATIONS) {
    expect(['public', 'caller', 'user', 'server', 'admin']).toContain(spec.allow)
    if (spec.allow === 'admin') expect(await codeOf('web', spec, cookieOf(admin))).not.toBe(DENIED)
  }
})
