import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import type { Envelope } from '@parley/contract'
import { type Caller, startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser

beforeAll(async () => {
  site = await startSite()
  ;[tom, jerry] = (await site.users(2)) as [TestUser, TestUser]
  await site.befriend(tom, jerry)
})
afterAll(() => site.close())

const call = async (path: string, init: RequestInit = {}, headers: Record<string, string> = {}) => {
  const response = await fetch(`${site.url}${path}`, {
    ...init,
    headers: { 'x-api-key': site.key, ...headers, ...(init.headers as Record<string, string>) },
  })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    ...((await response.json()) as Envelope<any>),
  }
}
const form = (
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/x-www-form-urlencoded',
): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
})

describe('proof on /api', () => {
  test('neither key nor token: code -1, HTTP 200', async () => {
    const answer = await site.visitor('api').request('pop/getsetting')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ code: -1, msg: '未授权：需要服务端密钥或登录令牌', data: [] })
  })

  test('a wrong key, a revoked key, a wrong token: -1', async () => {
    const withKey = (key: string) => call('/api/pop/getsetting', {}, { 'x-api-key': key })
    expect((await withKey('pk_wrong')).code).toBe(-1)
    const key = await site.services.keys.add('to be revoked')
    expect((await withKey(key)).code).toBe(0)
    await site.services.keys.revoke('to be revoked')
    expect((await withKey(key)).code).toBe(-1)
    expect(await site.visitor('api', { authorization: 'Bearer ps_wrong' }).code('pop/get')).toBe(-1)
  })

  test('a server key does not open /web', async () => {
    expect(await site.visitor('web', { authorization: `Bearer ${site.key}` }).code('pop/get')).toBe(-1)
  })

  test('an operation for a user names the missing login_uid', async () => {
    expect(await call('/api/pop/get')).toMatchObject({ code: 1, msg: '缺少参数：login_uid' })
    expect(await call('/api/pop/get?login_uid=abc')).toMatchObject({ code: 2 })
  })

  test('what is for servers is not for users', async () => {
    const token = { authorization: `Bearer ${tom.token}` }
    for (const path of [
      'user/add?username=x&nickname=x&password=x&avatar=',
      `friend/add?friend_uid=${jerry.uid}`,
      'push/emit?channel=a&event=b',
      'admin/settings',
    ]) {
      const response = await fetch(`${site.url}/api/${path}`, { method: 'POST', headers: token })
      expect([path, (await response.json()).code]).toEqual([path, 3])
    }
  })

  test('API_ALLOW_IPS lets addresses in; the old scheme works only where a secret is set', async () => {
    const open = await startSite({ env: { API_ALLOW_IPS: '127.0.0.0/8' } })
    expect(await open.visitor('api').code('pop/getsetting')).toBe(0)
    await open.close()

    const legacy = await startSite({ env: { LEGACY_API_SECRET: 'shared-secret-of-the-old-days' } })
    const signed = (timestamp: number, secret = 'shared-secret-of-the-old-days') => ({
      timestamp,
      cpccc_token: createHash('md5').update(`${timestamp}${secret}`).digest('hex'),
    })
    const now = Math.floor(Date.now() / 1000)
    const code = (parameters: Record<string, unknown>) =>
      legacy.visitor('api').code('pop/getsetting', parameters)
    expect(await code(signed(now))).toBe(0)
    expect(await code(signed(now, 'another secret'))).toBe(-1)
    expect(await code(signed(now - 400))).toBe(-1)
    expect(await code(signed(now + 400))).toBe(-1)
    expect(await code({})).toBe(-1)
    await legacy.close()
    expect(await site.visitor('api').code('pop/getsetting', signed(now))).toBe(-1)
  })
})

describe('paths and methods', () => {
  test('paths match without regard to case', async () => {
    expect((await call('/API/Pop/GetSetting')).code).toBe(0)
    expect(
      (
        await call(
          `/h5/MESSAGE/Get?id=${jerry.uid}&type=friend`,
          {},
          { cookie: `parley_session=${tom.token}` },
        )
      ).code,
    ).toBe(0)
  })

  test('an unknown path is 404 in the envelope; nothing outside the faces says more', async () => {
    for (const path of [
      '/api/no/such',
      '/web/',
      '/h5/message',
      '/nothing',
      '/api/__proto__',
      '/api/constructor',
    ]) {
      expect([path, await call(path)]).toEqual([
        path,
        {
          status: 404,
          type: expect.stringContaining('application/json'),
          code: 404,
          msg: '接口不存在',
          data: [],
        },
      ])
    }
  })

  test('GET operations answer POST as well, never the reverse', async () => {
    expect((await call('/api/pop/getsetting', { method: 'POST' })).code).toBe(0)
    const { status, code } = await call(
      `/api/message/send?login_uid=${tom.uid}&to=${jerry.uid}&type=friend&content=x`,
    )
    expect([status, code]).toEqual([405, 405])
    expect((await call('/api/pop/getsetting', { method: 'DELETE' })).status).toBe(405)
  })

  test('answers are JSON with the type that jQuery needs', async () => {
    expect((await call('/api/pop/getsetting')).type).toBe('application/json;charset=utf-8')
  })
})

describe('reading parameters', () => {
  const send = (init: RequestInit) => call('/api/message/send', init)
  const lastContent = async () =>
    (await site.as(jerry).ok('message/get', { id: tom.uid, type: 'friend' })).at(-1).content as string
  const fields = () => ({ login_uid: String(tom.uid), to: String(jerry.uid), type: 'friend' })

  test('form, JSON with numbers or text, multipart, query on a post', async () => {
    const ways: Array<[string, RequestInit, string?]> = [
      ['form', form(new URLSearchParams({ ...fields(), content: '表单' }).toString())],
      [
        'without a type',
        {
          method: 'POST',
          body: new TextEncoder().encode(new URLSearchParams({ ...fields(), content: '无类型' }).toString()),
        },
      ],
      [
        'json',
        form(
          JSON.stringify({ login_uid: tom.uid, to: jerry.uid, type: 'friend', content: 'json' }),
          'application/json; charset=utf-8',
        ),
      ],
      ['json text', form(JSON.stringify({ ...fields(), content: 'json 文本' }), 'application/json')],
    ]
    for (const [way, init] of ways) {
      expect([way, (await send(init)).code]).toEqual([way, 0])
    }
    expect(await lastContent()).toBe('json 文本')
    const multipart = new FormData()
    for (const [name, value] of Object.entries({ ...fields(), content: '多部分' }))
      multipart.append(name, value)
    expect((await send({ method: 'POST', body: multipart })).code).toBe(0)
    expect(await lastContent()).toBe('多部分')
    expect(
      (await call(`/api/message/send?${new URLSearchParams(fields())}`, form('content=body'))).code,
    ).toBe(0)
  })

  test('lists: members[]=, members[0]=, a repeated name, commas, a JSON list', async () => {
    const { uid } = jerry
    const other = (await site.user()).uid
    await site.befriend(tom, { ...jerry, uid: other })
    for (const body of [
      `members[]=${uid}&members[]=${other}`,
      `members%5B%5D=${uid}&members%5B%5D=${other}`,
      `members[0]=${uid}&members[1]=${other}`,
      `members=${uid}&members=${other}`,
      `members=${uid},${other}`,
    ]) {
      const { code, data } = await call('/api/group/create', form(`login_uid=${tom.uid}&${body}`))
      expect([body, code]).toEqual([body, 0])
      const members = await site.api(tom).ok('group/members', { gid: data.gid })
      expect(Object.keys(members).map(Number)).toEqual([tom.uid, uid, other].toSorted((a, b) => a - b))
    }
    const json = await call(
      '/api/group/create',
      form(JSON.stringify({ login_uid: tom.uid, members: [uid, String(other)] }), 'application/json'),
    )
    expect(json.code).toBe(0)
  })

  test.each([
    ['broken JSON', form('{"a":', 'application/json'), 2],
    ['JSON that is no object', form('[1]', 'application/json'), 2],
    ['broken UTF-8', form(new Uint8Array([0x74, 0x6f, 0x3d, 0xff, 0xfe])), 2],
    ['broken UTF-8, percent-encoded', form('content=%FF%FE&to=1&type=friend'), 2],
    ['NUL', form('content=a%00b&to=1&type=friend'), 2],
    ['NUL in JSON', form('{"content":"a\\u0000b"}', 'application/json'), 2],
    ['half a surrogate', form('{"content":"\\ud800"}', 'application/json'), 2],
    ['a body too large', form(`content=${'x'.repeat(1024 * 1024)}`), 413],
    ['multipart without a boundary', form('x', 'multipart/form-data'), 2],
    [
      'multipart cut off',
      form('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx', 'multipart/form-data; boundary=b'),
      2,
    ],
    ['an array where text belongs', form('content[]=a&content[]=b&to=1&type=friend'), 2],
    [
      'an object where a number belongs',
      form('{"to":{"$gt":0},"type":"friend","content":"x"}', 'application/json'),
      2,
    ],
  ])('%s: an error in the envelope, nothing changed', async (_, init, code) => {
    const before = await site.services.db.read
      .selectFrom('message')
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirst()
    const answer = await call(`/api/message/send?login_uid=${tom.uid}`, init)
    expect([answer.status, answer.code]).toEqual([200, code])
    expect(answer.data).toEqual([])
    const after = await site.services.db.read
      .selectFrom('message')
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirst()
    expect(after).toEqual(before!)
  })

  test.each([
    ['content=a%00b', 'Invalid parameter: content must not hold a NUL character'],
    ['content=%FF', 'The request cannot be read'],
  ])('a query with %s is an error in the envelope', async (query, message) => {
    const answer = await call(`/api/message/send?login_uid=${tom.uid}&lang=en&${query}`, form(''))
    expect(answer).toMatchObject({ status: 200, code: 2, data: [] })
    expect(answer.msg).toStartWith(message)
  })

  test('a replacement character that was really sent is text like any other', async () => {
    expect(
      (await send(form(new URLSearchParams({ ...fields(), content: 'a\uFFFDb' }).toString()))).code,
    ).toBe(0)
    expect(await lastContent()).toBe('a\uFFFDb')
  })

  test('a body of unknown length is cut off at the limit', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(65_536))),
    })
    const { code } = await call('/api/message/send', {
      method: 'POST',
      body: endless,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(code).toBe(413)
  })
})

describe('language', () => {
  test('Accept-Language, or lang, which goes first; Chinese when neither says', async () => {
    const msg = async (query: string, headers = {}) => (await call(`/api/pop/get${query}`, {}, headers)).msg
    expect(await msg('')).toBe('缺少参数：login_uid')
    expect(await msg('', { 'accept-language': 'en-GB,en;q=0.9' })).toBe('Missing parameter: login_uid')
    expect(await msg('', { 'accept-language': 'fr, en;q=0.5' })).toBe('Missing parameter: login_uid')
    expect(await msg('', { 'accept-language': 'fr' })).toBe('缺少参数：login_uid')
    expect(await msg('?lang=zh', { 'accept-language': 'en' })).toBe('缺少参数：login_uid')
    expect(await msg('?lang=en')).toBe('Missing parameter: login_uid')
    const { msg: posted } = await call('/api/pop/get', form('lang=en'))
    expect(posted).toBe('Missing parameter: login_uid')
  })
})

describe('cross-site requests', () => {
  const post = (headers: Record<string, string>, face = 'web') =>
    fetch(`${site.url}/${face}/friend/applycount`, {
      method: 'POST',
      headers: { cookie: `parley_session=${tom.token}`, ...headers },
    }).then(async (response) => (await response.json()).code)

  test.each(['web', 'h5', 'api'])('posts of another site’s pages to /%s are refused', async (face) => {
    expect(await post({ origin: 'https://evil.example' }, face)).toBe(3)
    expect(await post({ origin: 'null' }, face)).toBe(3)
    expect(await post({ 'sec-fetch-site': 'cross-site' }, face)).toBe(3)
    expect(await post({ 'sec-fetch-site': 'same-site' }, face)).toBe(3)
  })

  test('this site’s own pages, bots that send its host as Origin, and programs pass', async () => {
    expect(await post({ origin: site.url })).toBe(0)
    expect(
      await post({ origin: site.url, 'sec-fetch-site': 'same-origin', 'x-requested-with': 'XMLHttpRequest' }),
    ).toBe(0)
    expect(await post({})).toBe(0)
    expect(await post({}, 'api')).toBe(0)
  })
})

describe('rate limits', () => {
  test('a user who sends too fast is told how long to wait; a server key never is', async () => {
    await site.set({ rate_send: '3/60' })
    const user = await site.user()
    const send = () => site.as(user).call('message/send', { to: jerry.uid, type: 'friend', content: 'x' })
    for (let i = 0; i < 3; i++) expect((await send()).code).toBe(0)
    const { code, msg } = await send()
    expect(code).toBe(429)
    expect(msg).toMatch(/^操作过于频繁，请 \d+ 秒后再试$/)
    for (let i = 0; i < 6; i++) {
      expect(await site.api(user).code('message/send', { to: jerry.uid, type: 'friend', content: 'x' })).toBe(
        0,
      )
    }
    await site.set({ rate_send: '100000/1' })
    expect((await send()).code).toBe(0)
  })

  test('a call over the websocket counts like any other', async () => {
    await site.set({ rate_send: '2/61' })
    const user = await site.user()
    const socket = await site.listen(user)
    const params = { to: jerry.uid, type: 'friend', content: 'x' }
    expect(await site.as(user).code('message/send', params)).toBe(0)
    const codes: number[] = []
    for (const id of [1, 2]) {
      socket.send('parley:call', { id, path: 'message/send', params })
      codes.push((await socket.next('parley:result')).code)
    }
    expect(codes).toEqual([0, 429])
    await site.set({ rate_send: '100000/1' })
  })

  test.each([
    ['login', 'login/check', { username: 'somebody', password: 'x' }],
    ['join', 'login/join', { username: 'a b', nickname: 'x', password: 'secret1' }],
    ['captcha', 'login/logincaptcha', {}],
    ['apply', 'friend/apply', { friend_uid: 999_999 }],
    ['upload', 'upload/img', {}],
    ['call', 'pop/get', {}],
  ])('%s has a limit that the site sets', async (name, path, parameters) => {
    await site.set({ [`rate_${name}`]: '2/60' })
    const user = await site.user()
    const isLimited = async (caller: Caller) => {
      const response = await caller.request(path, parameters)
      const isJson = response.headers.get('content-type')?.includes('json')
      return isJson === true && (await response.json()).code === 429
    }
    const limited = async (caller: Caller) => [
      await isLimited(caller),
      await isLimited(caller),
      await isLimited(caller),
    ]
    expect(await limited(site.as(user))).toEqual([false, false, true])
    expect(await limited(site.api(user))).toEqual([false, false, false])
    await site.set({ [`rate_${name}`]: '100000/1' })
  })
})

describe('html_escape', () => {
  test('on: every text leaves escaped once, in answers and pushes alike; off: raw', async () => {
    const user = await site.user({ nickname: '<i>A&B</i>' })
    await site.befriend(user, jerry)
    await site.set({ html_escape: 'on' })
    const ear = await site.listen(jerry, `user-${jerry.uid}`)
    await site.as(user).ok('message/send', { to: jerry.uid, type: 'friend', content: '<b>"1" & \'2\'</b>' })
    const escaped = { content: "&lt;b&gt;&quot;1&quot; &amp; '2'&lt;/b&gt;" }
    expect(await ear.next('message')).toMatchObject({ ...escaped, from_name: '&lt;i&gt;A&amp;B&lt;/i&gt;' })
    expect((await site.as(jerry).ok('message/get', { id: user.uid, type: 'friend' })).at(-1)).toMatchObject(
      escaped,
    )
    expect((await site.as(jerry).ok('user/detail', { uid: user.uid })).nickname).toBe(
      '&lt;i&gt;A&amp;B&lt;/i&gt;',
    )
    const gid = await site.group(user, jerry)
    ear.send('pusher:subscribe', { channel: `presence-group-${gid}` })
    const { presence } = await ear.next('pusher_internal:subscription_succeeded', `presence-group-${gid}`)
    expect(presence.hash[jerry.uid].name).toBe(jerry.nickname)
    await (await site.listen(user)).subscribe(`presence-group-${gid}`)
    expect(await ear.next('pusher_internal:member_added')).toMatchObject({
      user_info: { name: '&lt;i&gt;A&amp;B&lt;/i&gt;' },
    })
    await site.set({ html_escape: 'off' })
    expect((await site.as(jerry).ok('message/get', { id: user.uid, type: 'friend' })).at(-1).content).toBe(
      '<b>"1" & \'2\'</b>',
    )
  })
})

describe('the server’s own pages', () => {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${site.url}${path}`, { headers })

  test('/healthz, /openapi.json and /docs', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok', failing: [] })
    expect((await get('/livez')).status).toBe(200)
    const document = await (await get('/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    expect(
      document.paths['/message/send'].post.requestBody.content['application/json'].schema.required,
    ).toEqual(['to', 'type', 'content'])
    const docs = await get('/docs')
    expect(docs.headers.get('content-security-policy')).not.toContain("script-src 'self' 'unsafe-inline'")
    for (const asset of (await docs.text()).matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect([asset[1], (await get(asset[1]!)).status]).toEqual([asset[1], 200])
    }
  })

  test('/metrics for this machine, not for a proxy’s visitors', async () => {
    expect(await (await get('/metrics')).text()).toContain('parley_calls_total')
    expect((await get('/metrics', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(404)
    expect(
      (await get('/metrics', { 'x-forwarded-for': '203.0.113.9', authorization: `Bearer ${site.key}` }))
        .status,
    ).toBe(200)
  })

  test('the drawn avatar of an account shows its letter, escaped, as a picture', async () => {
    const draw = async (letter: string) => get(`/avatar/${tom.uid}.svg?t=${encodeURIComponent(letter)}`)
    const response = await draw('猫')
    expect(response.headers.get('content-type')).toContain('image/svg+xml')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    expect(await response.text()).toContain('猫')
    expect(await (await draw('<script>alert(1)</script>')).text()).not.toContain('<script')
    expect((await get('/avatar/x.svg')).status).toBe(404)
  })

  test('without a session, errors of pages stay in the envelope and show no path or stack', async () => {
    const response = await get('/upload/%2e%2e/parley.sqlite')
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain(site.dataDir)
  })
})
