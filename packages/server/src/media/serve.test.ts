import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalFileStore } from './local-files.ts'
import { fileResponse } from './serve.ts'

let root: string
let server: ReturnType<typeof Bun.serve>
const content = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251))

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-serve-'))
  await mkdir(join(root, 'upload/files/202611'), { recursive: true })
  for (const name of ['a.mp4', 'a.pdf', 'a.png', 'a', 'a.html', 'a.svg']) {
    await writeFile(join(root, 'upload/files/202611', name), content)
  }
  await writeFile(join(root, 'upload/files/202611/empty.mp4'), '')
  const store = new LocalFileStore(root)
  server = Bun.serve({
    port: 0,
    async fetch(request) {
      const url = new URL(request.url)
      const stored = await store.open(`/upload/files/202611${url.pathname}`)
      if (!stored) return new Response(null, { status: 404 })
      return fileResponse(request, stored, { downloadName: url.searchParams.get('name') ?? undefined })
    },
  })
})

afterAll(async () => {
  await server.stop(true)
  await rm(root, { recursive: true })
})

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(new URL(path, server.url), { headers, method })

test('a film is shown in place with its type, harmless and cached for good', async () => {
  const answer = await get('/a.mp4')
  expect(answer.status).toBe(200)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': '1000',
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("sandbox; default-src 'none'"),
    'cross-origin-resource-policy': 'cross-origin',
    'last-modified': expect.stringContaining('GMT'),
  })
  expect(answer.headers.get('content-disposition')).toBeNull()
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(content)
})

test.each(['/a.pdf', '/a', '/a.html', '/a.svg'])('%s is a download of no particular type', async (path) => {
  const answer = await get(path)
  expect(answer.headers.get('content-type')).toBe('application/octet-stream')
  expect(answer.headers.get('content-disposition')).toBe('attachment')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
})

test('a download carries its real name in both forms of RFC 6266', async () => {
  const answer = await get(`/a.pdf?name=${encodeURIComponent('../"季度\r\n报告" (1).pdf')}`)
  expect(answer.headers.get('content-disposition')).toBe(
    `attachment; filename="______ (1).pdf"; filename*=UTF-8''%22%E5%AD%A3%E5%BA%A6%E6%8A%A5%E5%91%8A%22%20%281%29.pdf`,
  )
})

test.each([
  ['bytes=0-0', 0, 0],
  ['bytes=10-19', 10, 19],
  ['bytes=990-', 990, 999],
  ['bytes=990-5000', 990, 999],
  ['bytes=-10', 990, 999],
  ['bytes=-5000', 0, 999],
])('%s gives that part', async (range, start, end) => {
  const answer = await get('/a.mp4', { Range: range })
  expect(answer.status).toBe(206)
  expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/1000`)
  expect(answer.headers.get('content-length')).toBe(String(end - start + 1))
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(content.subarray(start, end + 1))
})

test.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('%s cannot be satisfied', async (range) => {
  const answer = await get('/a.mp4', { Range: range })
  expect(answer.status).toBe(416)
  expect(answer.headers.get('content-range')).toBe('bytes */1000')
  expect(await answer.text()).toBe('')
})

test.each(['bytes=20-10', 'bytes=-', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,5-6', 'bytes'])(
  '%s is ignored: the whole file comes',
  async (range) => {
    const answer = await get('/a.mp4', { Range: range })
    expect(answer.status).toBe(200)
    expect((await answer.arrayBuffer()).byteLength).toBe(1000)
  },
)

test('no part of an empty file exists, the whole does', async () => {
  expect((await get('/empty.mp4', { Range: 'bytes=0-' })).status).toBe(416)
  const whole = await get('/empty.mp4')
  expect([whole.status, await whole.text()]).toEqual([200, ''])
})

test('If-Range gives the part only of the same file', async () => {
  const first = await get('/a.mp4')
  const etag = first.headers.get('etag')!
  const date = first.headers.get('last-modified')!
  const status = async (condition: string) => {
    const answer = await get('/a.mp4', { Range: 'bytes=0-9', 'If-Range': condition })
    return [answer.status, (await answer.arrayBuffer()).byteLength]
  }
  expect(await status(etag)).toEqual([206, 10])
  expect(await status(date)).toEqual([206, 10])
  expect(await status('"other"')).toEqual([200, 1000])
  expect(await status(`W/${etag}`)).toEqual([200, 1000])
  expect(await status('Mon, 01 Jan 2001 00:00:00 GMT')).toEqual([200, 1000])
})

test('what the client has already is not sent again', async () => {
  const first = await get('/a.png')
  const etag = first.headers.get('etag')!
  const date = first.headers.get('last-modified')!
  const status = async (headers: Record<string, string>) => (await get('/a.png', headers)).status
  expect(await status({ 'If-None-Match': `"x", W/${etag}` })).toBe(304)
  expect(await status({ 'If-None-Match': '*' })).toBe(304)
  expect(await status({ 'If-None-Match': '"x"', 'If-Modified-Since': date })).toBe(200)
  expect(await status({ 'If-Modified-Since': date })).toBe(304)
  expect(await status({ 'If-Modified-Since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).toBe(200)
  const unchanged = await get('/a.png', { 'If-None-Match': etag, Range: 'bytes=0-9' })
  expect([unchanged.status, unchanged.headers.get('etag'), await unchanged.text()]).toEqual([304, etag, ''])
})

test('HEAD tells size and type without content, also when a range is named', async () => {
  for (const headers of [{}, { Range: 'bytes=0-9' }] as Array<Record<string, string>>) {
    const answer = await get('/a.mp4', headers, 'HEAD')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-length')).toBe('1000')
    expect(answer.headers.get('content-type')).toBe('video/mp4')
    expect(await answer.text()).toBe('')
  }
})
