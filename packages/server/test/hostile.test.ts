import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Envelope } from '@parley/contract'
import { hashPassword } from '../src/modules/accounts/index.ts'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/*
 * What somebody who means harm may send to the doors. Each of these once got through, or would be easy to let through.
 */

/** The most that reading a body of 1 MB may take, whatever is in it; it takes some 50 ms. */
const READING_MS_MAX = 2000

let site: TestSite
let tom: TestUser
let jerry: TestUser

beforeAll(async () => {
  site = await startSite()
  ;[tom, jerry] = (await site.users(2)) as [TestUser, TestUser]
  await site.befriend(tom, jerry)
})
afterAll(() => site.close())

const post = async (
  path: string,
  body: string,
  headers: Record<string, string> = {},
  on = site,
): Promise<Envelope> => {
  const response = await fetch(`${on.url}${path}`, { method: 'POST', body, headers })
  return (await response.json()) as Envelope
}
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = { 'content-type': 'application/json' }

describe('pages of other sites', () => {
  const foreign = { ...form, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const cookie = () => ({ cookie: `parley_session=${tom.token}` })

  test('cannot act on /api with the cookie that the browser adds', async () => {
    expect(await post('/api/user/update', 'sign=x', { ...foreign, ...cookie() })).toMatchObject({ code: 3 })
    expect(await post('/api/user/update', 'sign=x', { ...form, ...cookie() })).toMatchObject({ code: 0 })
  })

  test('cannot act by what else a browser adds by itself', async () => {
    for (const authorization of ['Basic dG9tOng=', 'Bearer', 'Negotiate x']) {
      const answer = await post('/web/user/update', 'sign=x', { ...foreign, ...cookie(), authorization })
      expect([authorization, answer.code]).toEqual([authorization, 3])
    }
  })

  test('pass with a key or a token, which no browser adds', async () => {
    const proofs: Record<string, string>[] = [
      { authorization: `Bearer ${tom.token}` },
      { 'x-api-key': site.key },
    ]
    for (const proof of proofs) {
      const answer = await post('/api/user/update', `sign=x&login_uid=${tom.uid}`, { ...foreign, ...proof })
      expect(answer.code).toBe(0)
    }
  })

  test('cannot use the address of a visitor that may use /api, not even by a picture’s address', async () => {
    const open = await startSite({ env: { API_ALLOW_IPS: '127.0.0.1' } })
    const query = '?username=evil&nickname=evil&password=secret1&avatar='
    for (const method of ['GET', 'POST']) {
      const add = (headers: Record<string, string>) =>
        fetch(`${open.url}/api/user/add${query}`, { method, headers }).then((response) => response.json())
      expect(await add({ 'sec-fetch-site': 'cross-site' })).toMatchObject({ code: 3 })
      expect(await add({ origin: 'https://evil.example' })).toMatchObject({ code: 3 })
    }
    expect(await open.visitor('api').code('user/get', { username: 'evil' })).toBe(101)
    await open.close()
  })
})

describe('bodies that are made to hurt', () => {
  test('a thousand pieces of broken UTF-8 are refused at once', async () => {
    const started = performance.now()
    const body = `${'a=%ff&'.repeat(150_000)}b=%EF%BF%BD`
    await post('/web/login/check', body, form)
    expect(performance.now() - started).toBeLessThan(READING_MS_MAX)
  })

  test('lists inside lists without end are an error like any other', async () => {
    for (const depth of [100, 400_000]) {
      const body = `{"username":${'['.repeat(depth)}${']'.repeat(depth)},"password":"x"}`
      expect(await post('/web/login/check', body, json)).toMatchObject({ code: 2 })
    }
  })

  test.each<[string, Record<string, string>, string]>([
    ['a form', form, Array.from({ length: 130_000 }, (_, i) => `${i.toString(36)}=1`).join('&')],
    ['a list in a form', form, 'a[]=1&'.repeat(160_000)],
    ['JSON', json, `{${Array.from({ length: 90_000 }, (_, i) => `"${i.toString(36)}":1`).join(',')}}`],
    ['JSON in JSON', json, `{"a":{${Array.from({ length: 1200 }, (_, i) => `"${i}":1`).join(',')}}}`],
  ])('a hundred thousand fields in %s are not looked at one by one', async (_, type, body) => {
    expect(await post('/web/pop/getsetting', body, type)).toMatchObject({ code: 2 })
  })

  test('two lists of 500 people are not too many fields', async () => {
    const body = `${'members[]=1&'.repeat(500)}${'exclude[]=2&'.repeat(500)}gid=1`
    expect(await post('/web/pop/getsetting', body, form)).toMatchObject({ code: 0 })
  })

  test('names of the prototype are names like any other', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const answer = await post('/web/user/update', JSON.stringify({ [name]: { sign: 'x' }, sign: 'y' }), {
        ...json,
        cookie: `parley_session=${tom.token}`,
      })
      expect([name, answer.code]).toEqual([name, 0])
      expect((await post(`/web/pop/getsetting?${name}=1&${name}[]=2`, `${name}[]=1`, form)).code).toBe(0)
    }
    expect(({} as { sign?: string }).sign).toBeUndefined()
  })
})

/** The answer to a request that is written byte by byte. */
const sendRaw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(site.server.port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })

describe('requests without a sensible Host', () => {
  test.each(['a b', '[', '%', 'a:99999', '', 'a<b>', 'a@b', 'a/b'])('%p is a bad request', async (host) => {
    const answer = await sendRaw(
      `GET /web/pop/getsetting HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toStartWith('HTTP/1.1 400')
    expect(answer).toContain('"code":2')
  })

  test('a foreign page behind a proxy that makes up hosts is refused, not an error', async () => {
    const proxied = await startSite({ env: { TRUST_PROXY: '127.0.0.1' } })
    const headers = { ...form, 'x-forwarded-host': 'a b, c', origin: 'https://evil.example' }
    expect(await post('/web/pop/getsetting', '', headers, proxied)).toMatchObject({ code: 3 })
    await proxied.close()
  })
})

describe('a NUL character, which PostgreSQL cannot hold,', () => {
  const address = '/web/message/send?lang=en'
  const cookie = () => ({ cookie: `parley_session=${tom.token}` })
  const fields = () => ({ to: String(jerry.uid), type: 'friend', content: 'a\0b' })
  const refusal = { code: 2, msg: 'Invalid parameter: content must not hold a NUL character', data: [] }

  test('is a wrong parameter in whatever way it comes', async () => {
    const bodies = [new URLSearchParams(fields()), JSON.stringify(fields()), new FormData()] as const
    for (const [name, value] of Object.entries(fields())) bodies[2].append(name, value)
    for (const body of bodies) {
      const headers = { ...cookie(), ...(typeof body === 'string' ? json : {}) }
      const response = await fetch(`${site.url}${address}`, { method: 'POST', body, headers })
      expect(await response.json()).toEqual(refusal)
    }
    const { to, type } = fields()
    expect(await post(`${address}&content=a%00b`, `to=${to}&type=${type}`, { ...form, ...cookie() })).toEqual(
      refusal,
    )
    const ear = await site.listen(tom)
    ear.send('parley:call', { id: 1, path: 'message/send', params: { ...fields(), lang: 'en' } })
    expect(await ear.next('parley:result')).toMatchObject(refusal)
  })

  test('is found in lists and in what JSON holds; in a name it makes the request unreadable', async () => {
    const told = async (body: string, type: Record<string, string>) =>
      (await post('/web/group/create?lang=en', body, { ...type, ...cookie() })).msg
    expect(await told('{"members":["1","\\u0000"]}', json)).toStartWith('Invalid parameter: members must not')
    expect(await told('{"members":{"a":{"b":"\\u0000"}}}', json)).toStartWith(
      'Invalid parameter: members must',
    )
    expect(await told('members[]=1&members[]=%00', form)).toStartWith('Invalid parameter: members[] must not')
    expect(await told('{"a\\u0000":1}', json)).toBe(
      'The request cannot be read: the name of a parameter must not hold a NUL character',
    )
    expect(await told('a%00=1', form)).toContain('the name of a parameter must not hold')
  })

  test('beside a file: refused, and the file is not kept', async () => {
    const file = new File([Buffer.from('x')], 'a.txt')
    const answer = await site.as(tom).upload('upload/file', file, { lang: 'a\0b' })
    expect(answer).toMatchObject({ code: 2, msg: '参数非法：lang 不能含有空字符' })
    expect(await readdir(site.services.incoming)).toEqual([])
  })

  test('is taken out of a file’s name', async () => {
    for (const name of ['a\0b.txt', 'a%00b.txt']) {
      const body = `--XX\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\nhello\r\n--XX--\r\n`
      const headers = { ...cookie(), 'content-type': 'multipart/form-data; boundary=XX' }
      expect(await post('/web/upload/file', body, headers)).toMatchObject({
        code: 0,
        data: { name: 'ab.txt' },
      })
    }
  })

  test('gets nowhere in headers, addresses and tokens', async () => {
    const begin = `GET /web/user/get HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`
    expect(await sendRaw(`${begin}User-Agent: a\0b\r\n\r\n`)).toStartWith('HTTP/1.1 400')
    expect(await sendRaw(`${begin}Cookie: parley_session=ps_%00\r\n\r\n`)).toContain('"code":-1')
    const paths = ['/web/%00', '/%00', '/avatar/%00.svg?t=x', '/upload/files/%00', '/h5/group/avatar?uid=%00']
    for (const path of paths) {
      const { status } = await fetch(`${site.url}${path}`)
      expect([path, status < 500]).toEqual([path, true])
    }
    const ear = await site.open(`/app/${site.services.apps.pusher.key}?token=ps_%00`, {})
    ear.send('pusher:subscribe', { channel: 'user-\0' })
    await ear.barrier()
    expect(ear.heard('pusher_internal:subscription_succeeded')).toBe(false)
  })
})

describe('the websocket', () => {
  test('takes no text that HTTP would refuse', async () => {
    const ear = await site.listen(tom)
    const call = async (params: string) => {
      ear.socket.send(
        `{"event":"parley:call","data":{"id":1,"path":"message/send","params":{"to":${jerry.uid},"type":"friend",${params}}}}`,
      )
      return (await ear.next('parley:result')).code
    }
    expect(await call('"content":"a\\u0000b"')).toBe(2)
    expect(await call('"content":"a\\ud800b"')).toBe(2)
    expect(await call(`"content":"x","extra":${'['.repeat(30_000)}${']'.repeat(30_000)}`)).toBe(2)
    expect(await call('"content":"a"')).toBe(0)
  })

  test('lets nobody speak to everybody: client events do not go out on global', async () => {
    const [one, other] = [
      await site.listen(undefined, 'private-global'),
      await site.listen(undefined, 'private-global'),
    ]
    one.socket.send('{"event":"client-hello","channel":"private-global","data":{}}')
    expect(await one.next('pusher:error')).toMatchObject({ code: null })
    await other.barrier()
    expect(other.heard('client-hello')).toBe(false)
  })
})

test('a sign-in that a password change overtakes does not outlive it', async () => {
  const { credentials, sessions } = site.services
  const user = await site.user({ password_hash: await hashPassword('stolen1') })
  const start = sessions.start.bind(sessions)
  sessions.start = async (...of) => {
    await credentials.set(user.uid, 'changed1')
    return start(...of)
  }
  const signIn = (password: string) =>
    post('/web/login/check', `username=${user.username}&password=${password}`, form)
  try {
    expect(await signIn('stolen1')).toMatchObject({ code: 101 })
  } finally {
    sessions.start = start
  }
  expect(await sessions.list(user.uid)).toEqual([])
  expect(await signIn('changed1')).toMatchObject({ code: 0 })
})

describe('limits', () => {
  const checkFrom = (on: TestSite, address: string, username: string) =>
    post(
      '/web/login/check',
      `username=${username}&password=x`,
      { ...form, 'x-forwarded-for': address },
      on,
    ).then(({ code }) => code)

  test('X-Forwarded-For of somebody who is no proxy changes nothing', async () => {
    await site.set({ rate_login: '2/60' })
    const codes: number[] = []
    for (let i = 0; i < 11; i++) codes.push(await checkFrom(site, `10.0.0.${i}`, `nobody${i}`))
    expect(codes.at(-1)).toBe(429)
    await site.set({ rate_login: '100000/1' })
  })

  test('who has a whole IPv6 network is counted as one', async () => {
    const proxied = await startSite({ env: { TRUST_PROXY: '127.0.0.1' }, settings: { rate_login: '2/60' } })
    const codes: number[] = []
    for (let i = 1; i <= 11; i++) codes.push(await checkFrom(proxied, `2001:db8:1:2::${i}`, `nobody${i}`))
    expect(codes.slice(0, 10)).toEqual(Array(10).fill(101))
    expect(codes[10]).toBe(429)
    expect(await checkFrom(proxied, '2001:db8:1:3::1', 'nobody')).toBe(101)
    await proxied.close()
  })

  test('a phone gets so many codes a day, however patiently they are asked for', async () => {
    await site.set({ rate_sms_day: '3/600' })
    const send = (type: string) => site.visitor().code('service/send_sms', { phone: '13900000001', type })
    const codes = [await send('register'), await send('forget'), await send('register'), await send('forget')]
    expect(codes).toEqual([0, 0, 0, 429])
    expect(await site.api().code('service/send_sms', { phone: '13900000001', type: 'forget' })).toBe(0)
    await site.set({ rate_sms_day: '100000/1' })
  })

  test('QR codes, which are much work, have a limit of their own', async () => {
    await site.set({ rate_qrcode: '2/60' })
    const draw = async () =>
      (await site.as(tom).request('qrcode/get', { content: 'x' })).headers.get('content-type')
    expect([await draw(), await draw()]).toEqual(['image/png', 'image/png'])
    expect(await site.as(tom).code('qrcode/get', { content: 'x' })).toBe(429)
    await site.set({ rate_qrcode: '100000/1' })
  })

  test('an account is one account however its name is written', async () => {
    await site.set({ rate_login: '2/59' })
    const codes: number[] = []
    for (const name of ['Mallory', 'mallory', 'MALLORY']) codes.push(await checkFrom(site, '', name))
    expect(codes).toEqual([101, 101, 429])
    await site.set({ rate_login: '100000/1' })
  })
})

test('a drawn avatar of an impossible account is not found', async () => {
  expect((await fetch(`${site.url}/avatar/${'9'.repeat(400)}.svg?t=x`)).status).toBe(404)
  expect((await fetch(`${site.url}/avatar/9007199254740991.svg?t=x`)).status).toBe(200)
})
