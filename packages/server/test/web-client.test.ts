import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type BuiltClient, makeClient, PAGE, SCRIPT } from './built-client.ts'
import { startSite, type TestSite } from './harness.ts'

/* How the server serves the web client, shown with a made-up one. */

const ASSET = '/assets/app-0123abcd.js'
/** As Chromium asks when somebody goes to an address. */
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

let client: BuiltClient
let site: TestSite
beforeAll(async () => {
  client = await makeClient()
  await writeFile(join(client.folder, '..', 'beside.txt'), 'beside')
  await symlink(join(client.folder, '..', 'beside.txt'), join(client.folder, 'link.txt'))
  site = await startSite({ clientFolder: client.folder })
})
afterAll(async () => {
  await site.close()
  await client.remove()
})

interface Asking extends RequestInit {
  headers?: Record<string, string>
}

/** What the server sends, undecoded, and where it leads. */
const get = (path: string, { headers, ...options }: Asking = {}, from = site) =>
  fetch(from.url + path, {
    headers: { 'accept-encoding': 'identity', ...headers },
    redirect: 'manual',
    decompress: false,
    ...options,
  } as RequestInit)
const visit = (path: string, headers = {}, from = site) =>
  get(path, { headers: { ...BROWSER, ...headers } }, from)

/** The rules of a policy by their names. */
function rulesOf(response: Response): Record<string, string[]> {
  const rules = response.headers.get('content-security-policy')!.split('; ')
  return Object.fromEntries(rules.map((rule) => [rule.split(' ', 1)[0]!, rule.split(' ').slice(1)] as const))
}

describe('the page', () => {
  test.each([
    ...['/', '/chat/friend/50', '/chat/group/7/details', '/contacts', '/person/9', '/signin', '/desk/faq/'],
    ...['/q/u/72%69', '/q/g/7?t=abc', '/nowhere/to/be/found', '/me?from=/assets/x.js', '/apple'],
  ])('is at %s', async (path) => {
    const response = await visit(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html;charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(await response.text()).toBe(PAGE)
  })

  test('a worker and a camera that ask for anything get it at the addresses that are known', async () => {
    for (const path of ['/', '/q/g/7?t=abc'])
      expect(await (await get(path, { headers: { accept: '*/*' } })).text()).toBe(PAGE)
  })

  test('a service worker that asks for somebody gets it anywhere', async () => {
    const response = await visit('/chat/friend/50', {
      'sec-fetch-dest': 'empty',
      'sec-fetch-mode': 'same-origin',
    })
    expect(await response.text()).toBe(PAGE)
  })

  test('may run no script but this site’s, and reach no other host', async () => {
    const host = new URL(site.url).host
    expect(rulesOf(await visit('/chat/friend/50'))).toEqual({
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:', 'blob:'],
      'media-src': ["'self'", 'blob:'],
      'connect-src': ["'self'", 'blob:', `ws://${host}`, `wss://${host}`],
      'font-src': ["'self'"],
      'manifest-src': ["'self'"],
      'worker-src': ["'self'"],
      'frame-src': ["'self'", 'https:', 'http:'],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'self'"],
    })
  })

  test('tells others nothing, and is taken for nothing else', async () => {
    const { headers } = await visit('/q/g/7?t=secret')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('permissions-policy')).toContain('camera=(self), microphone=(self)')
    expect(headers.get('vary')).toBe('Accept, Accept-Encoding')
  })

  test('a Host with more in it than a host does not get into the policy', async () => {
    for (const host of ['evil.example;script-src', "evil'unsafe-inline'", '[::1]']) {
      const response = await visit('/', { host })
      const sources = response.headers.get('content-security-policy') ?? ''
      expect(sources).not.toMatch(/evil|::1/)
    }
  })

  test('is not sent to those who have it', async () => {
    const etag = (await visit('/')).headers.get('etag')!
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await visit('/contacts', { 'if-none-match': known })
      expect([response.status, await response.text()]).toEqual([304, ''])
      expect(response.headers.get('etag')).toBe(etag)
    }
    expect((await visit('/', { 'if-none-match': '"other"' })).status).toBe(200)
  })

  test.each([
    ...['/api/nothing', '/apps', '/app/key', '/upload/x', '/avatar/x', '/docs/x', '/shell/x', '/assets/x'],
    ...['/assets/app.js', '/wp-login.php', '/robots.txt', '/.env', '/index.html', '/%', '/upload/2026/x'],
  ])('is not at %s', async (path) => {
    const response = await visit(path)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: expect.any(Number), data: [] })
  })

  test('is not what programs and scripts get that call something unknown, or post', async () => {
    for (const accept of ['*/*', 'application/json', 'image/avif,image/webp,*/*;q=0.8'])
      expect((await get('/nowhere', { headers: { accept } })).status).toBe(404)
    expect((await get('/contacts', { method: 'POST', headers: BROWSER })).status).toBe(404)
  })
})

describe('files', () => {
  test('with a hash in their names are kept for good', async () => {
    const response = await get(ASSET)
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-type')).toBe('text/javascript;charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(SCRIPT)))
    expect(await response.text()).toBe(SCRIPT)
    expect((await get('/assets/tone-0123abcd.mp3')).headers.get('content-type')).toBe('audio/mpeg')
  })

  test('of the shell are asked for anew each time', async () => {
    for (const [path, type] of [
      ['/sw.js', 'text/javascript;charset=utf-8'],
      ['/shell/icon-192.png', 'image/png'],
    ]) {
      const response = await get(path!)
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('content-type')).toBe(type!)
      const known = { 'if-none-match': response.headers.get('etag')! }
      expect((await get(path!, { headers: known })).status).toBe(304)
    }
  })

  test.each([
    ['br, gzip', 'br'],
    ['gzip, deflate, br;q=0.5, zstd', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['GZIP', 'gzip'],
    ['deflate', null],
    ['br;q=0.0, gzip;q=0', null],
  ])('for “%s” come as %j', async (accepted, encoding) => {
    const response = await get(ASSET, { headers: { 'accept-encoding': accepted } })
    expect(response.headers.get('content-encoding')).toBe(encoding)
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
    const body = await response.bytes()
    expect(response.headers.get('content-length')).toBe(String(body.length))
    const decode = { br: brotliDecompressSync, gzip: gunzipSync }[encoding ?? ''] ?? Buffer.from
    expect(decode(body).toString()).toBe(SCRIPT)
  })

  test('have another tag in each form', async () => {
    const tags = await Promise.all(
      ['br', 'gzip', 'identity'].map(
        async (accepted) =>
          (await get(ASSET, { headers: { 'accept-encoding': accepted } })).headers.get('etag')!,
      ),
    )
    expect(new Set(tags).size).toBe(3)
    const headers = { 'accept-encoding': 'br', 'if-none-match': tags[0]! }
    expect((await get(ASSET, { headers })).status).toBe(304)
  })

  test('answer HEAD with their length and no content', async () => {
    for (const path of [ASSET, '/chat/friend/50']) {
      const response = await get(path, { method: 'HEAD', headers: { ...BROWSER, 'accept-encoding': 'br' } })
      expect([response.status, await response.text()]).toEqual([200, ''])
      const whole = await get(path, { headers: { ...BROWSER, 'accept-encoding': 'br' } })
      expect(response.headers.get('content-length')).toBe(String((await whole.bytes()).length))
    }
  })

  test('beside the folder, behind links and under the names of their other forms are out of reach', async () => {
    for (const path of [
      ...[
        '/../beside.txt',
        '/%2e%2e/beside.txt',
        '/assets/..%2f..%2fbeside.txt',
        '/assets/%2e%2e%5cindex.html',
      ],
      ...['//beside.txt', '/link.txt', '/assets', '/assets/', `${ASSET}.br`, '/index.html.gz', '/assets/%00'],
    ]) {
      const response = await visit(path)
      expect([path, response.status]).toEqual([path, 404])
    }
  })

  test('remain when the folder is built anew, so that open pages find their parts', async () => {
    const other = await makeClient()
    const running = await startSite({ clientFolder: other.folder })
    await other.remove()
    expect(await (await get(ASSET, {}, running)).text()).toBe(SCRIPT)
    await running.close()
  })
})

describe('addresses of the original’s client', () => {
  const led = async (path: string) => {
    const response = await visit(path)
    expect([path, response.status]).toEqual([path, 302])
    return response.headers.get('location')
  }

  test.each([
    ['', '/'],
    ['/', '/'],
    ['/user/login', '/signin'],
    ['/user/join', '/register'],
    ['/friend/chat/50', '/chat/friend/50'],
    ['/group/chat/50/', '/chat/group/50'],
    ['/pop/group/chat/50', '/chat/group/50'],
    ['/user/detail/9', '/person/9'],
    ['/User/Detail/9/gid/7', '/person/9'],
    ['/friend/remark/9', '/person/9'],
    ['/group/members/7', '/chat/group/7/details'],
    ['/group/forbidden/7/9', '/chat/group/7/details'],
    ['/friend/search', '/contacts/add'],
    ['/apply/detail/3', '/contacts/requests'],
    ['/setting/account', '/me'],
    ['/mine/detail', '/me/profile'],
    ['/friend/chat/9//evil.example', '/'],
    ['//evil.example/', '/'],
    ['/something/else', '/'],
  ])('%s leads to %s', async (path, route) => {
    for (const base of ['/h5', '/im/h5', '/web', '/H5'])
      if (path !== '' || base !== '/H5') expect(await led(base + path)).toBe(route)
  })

  test('those of groups in pop/get lead to the group', async () => {
    const [tom, jerry] = await site.users(2)
    const gid = await site.group(tom!, jerry!)
    const { chatting } = await site.as(tom!).ok('pop/get')
    expect(await led(chatting[`group${gid}`].url)).toBe(`/chat/group/${gid}`)
  })

  test('calls below the same paths are answered as ever', async () => {
    const tom = await site.user()
    const cookie = `parley_session=${tom.token}`
    for (const face of ['h5', 'web']) {
      const known = await visit(`/${face}/user/get?uid=${tom.uid}`, { cookie })
      expect(await known.json()).toMatchObject({ code: 0, data: { uid: tom.uid } })
      for (const accept of ['*/*', 'application/json, text/javascript, */*; q=0.01']) {
        const unknown = await get(`/${face}/user/login`, { headers: { accept } })
        expect([unknown.status, (await unknown.json()).data]).toEqual([404, []])
      }
      const posted = await get(`/${face}/user/login`, { method: 'POST', headers: BROWSER })
      expect(posted.status).toBe(404)
    }
    expect((await visit('/api/user/login')).status).toBe(404)
  })
})

describe('the manifest', () => {
  const read = async (headers = {}) => {
    const response = await get('/manifest.webmanifest', { headers })
    expect(response.headers.get('content-type')).toBe('application/manifest+json')
    return response.json()
  }

  test('makes the client an app under the site’s own name, which may change', async () => {
    expect(await read()).toMatchObject({ name: 'Parley', start_url: '/', display: 'standalone' })
    await site.set({ app_name: '我们的聊天' })
    expect(await read()).toMatchObject({ name: '我们的聊天', short_name: '我们的聊天', lang: 'zh-CN' })
    expect(await read({ 'accept-language': 'en' })).toMatchObject({ name: '我们的聊天', lang: 'en' })
    await site.set({ app_name: 'Parley' })
  })

  test('has the client’s colours, and pictures that are there', async () => {
    const manifest = await read()
    const tokens = await readFile(resolve(import.meta.dir, '../../web/src/theme/tokens.css'), 'utf8')
    const [, ground] = /--ground: (#[0-9a-f]{6});/.exec(tokens)!
    expect([manifest.background_color, manifest.theme_color]).toEqual([ground, ground])
    const shell = resolve(import.meta.dir, '../../web/public')
    for (const { src, type, sizes } of manifest.icons as Record<'src' | 'type' | 'sizes', string>[]) {
      if (type === 'image/svg+xml') expect((await get(src)).headers.get('content-type')).toBe(type)
      else {
        const picture = await readFile(shell + src)
        expect([src, `${picture.readUInt32BE(16)}x${picture.readUInt32BE(20)}`]).toEqual([src, sizes])
      }
    }
  })
})

test('what lies beyond the server is in the policy when the site says so', async () => {
  const elsewhere = await startSite({
    clientFolder: client.folder,
    env: { PUBLIC_URL: 'https://chat.example.com', MEDIA_ORIGINS: 'https://old.example.com' },
  })
  const [near, far] = await Promise.all([visit('/'), visit('/', {}, elsewhere)])
  const rules = rulesOf(far)
  expect(rules['connect-src']).toContain('wss://chat.example.com')
  expect(rules['img-src']).toEqual(["'self'", 'data:', 'blob:', 'https://old.example.com'])
  expect(rules['media-src']).toContain('https://old.example.com')
  expect(rules['connect-src']).not.toContain('https://old.example.com')
  // A browser would keep the old policy with a page that has not changed.
  expect(far.headers.get('etag')).not.toBe(near.headers.get('etag'))
  await elsewhere.close()
})

test('without a built client the pages say how to build it, and everything else works', async () => {
  const bare = await startSite({ clientFolder: join(client.folder, 'nothing') })
  for (const path of ['/', '/chat/friend/50']) {
    const text = await (await visit(path, { 'accept-language': 'en' }, bare)).text()
    expect(text).toContain('npm run build')
  }
  expect(await (await visit('/', {}, bare)).text()).toContain('网页版尚未构建')
  expect(await (await visit('/q/u/1', { 'accept-language': 'en' }, bare)).text()).toContain(
    'Open it in your chat app',
  )
  expect((await get('/manifest.webmanifest', {}, bare)).status).toBe(404)
  expect((await get('/favicon.svg', {}, bare)).status).toBe(200)
  expect(await bare.visitor().code('pop/getsetting')).toBe(0)
  await bare.close()
})
