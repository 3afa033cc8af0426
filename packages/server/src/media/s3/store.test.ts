import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStore } from '../../../../../scripts/services/store.mjs'
import { loadConfig, type S3Config } from '../../config.ts'
import { newUploadPath } from '../files.ts'
import { Bucket } from './bucket.ts'
import { StoreError } from './failure.ts'
import { S3FileStore } from './store.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 10)
const PART_BYTES = 100_000

let store: Awaited<ReturnType<typeof startStore>>
let folder: string
let files: S3FileStore

const configOf = (env: Record<string, string>): S3Config => loadConfig(env).s3!

beforeAll(async () => {
  store = await startStore()
  folder = await mkdtemp(join(tmpdir(), 'parley-s3-source-'))
  files = new S3FileStore(configOf(store.env), { partBytes: PART_BYTES, storingMs: 4000 })
})

afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

/** Bytes of which no two neighbouring parts are alike. */
const bytesOf = (length: number) =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % 251)

async function sourceOf(content: string | Uint8Array): Promise<string> {
  const source = join(folder, 'source')
  await writeFile(source, content)
  return source
}

async function put(content: string | Uint8Array, mime = 'application/octet-stream'): Promise<string> {
  const path = newUploadPath('file', NOW, { extension: 'bin' })
  await files.put(path, await sourceOf(content), { mime })
  return path
}

const contentOf = async (path: string, range?: { start: number; end: number }) =>
  new Response(await (await files.open(path))!.body(range)).bytes()

/** What became of work that must fail, and how long that took. */
async function failureOf(work: () => Promise<unknown>): Promise<{ error: StoreError; ms: number }> {
  const started = performance.now()
  try {
    await work()
  } catch (error) {
    const store = error instanceof StoreError ? error : (error as Error).cause
    if (!(store instanceof StoreError)) throw error
    return { error: store, ms: performance.now() - started }
  }
  throw new Error('it did not fail')
}

describe('a bucket', () => {
  test.each([0, 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES])(
    'keeps %i bytes as they are',
    async (length) => {
      const content = bytesOf(length)
      const path = await put(content)
      const stored = await files.open(path)
      expect(stored).toMatchObject({ path, size: length, etag: expect.stringMatching(/^"[^"]+"$/) })
      expect(Math.abs(Date.now() - stored!.modifiedAt)).toBeLessThan(60_000)
      expect(Buffer.from(await contentOf(path)).equals(content)).toBe(true)
      expect(await readdir(folder)).toEqual([])
    },
  )

  test('hands out parts of a file', async () => {
    const path = await put('hello, world')
    const text = async (start: number, end: number) =>
      new TextDecoder().decode(await contentOf(path, { start, end }))
    expect([await text(1, 3), await text(7, 11), await text(11, 11)]).toEqual(['ell', 'world', 'd'])
  })

  test.each([10, PART_BYTES + 1])('keeps type and lifetime beside %i bytes', async (length) => {
    const path = await put(bytesOf(length), 'image/png')
    const link = new S3FileStore({ ...configOf(store.env), delivery: 'redirect' })
    const stored = await link.open(path)
    const { address } = await stored!.link!('GET', { type: 'text/plain', disposition: 'attachment' })
    // Its own type is what the store gives without a link's wishes, which this key may ask for, too.
    const own = await fetch(address.replace(/&?response-content-(type|disposition)=[^&]*/g, ''))
    expect(own.headers.get('content-type')).toBe('image/png')
    expect(own.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  test('forgets a deleted file; deleting it again does nothing', async () => {
    const path = await put('x')
    await files.delete(path)
    await files.delete(path)
    expect(await files.open(path)).toBeUndefined()
  })

  test('has no other files than uploads', async () => {
    const source = await sourceOf('x')
    for (const path of [
      '/etc/passwd',
      '/upload/../x',
      'upload/files/202611/a.png',
      '/upload',
      '/upload/files/',
    ]) {
      expect(await files.open(path)).toBeUndefined()
      await files.delete(path)
      expect(files.put(path, source, { mime: '' })).rejects.toThrow(RangeError)
    }
    expect(existsSync(source)).toBe(true)
    await rm(source)
  })

  test('keeps the source of a copy in its place', async () => {
    const path = newUploadPath('file', NOW, { extension: 'txt' })
    const source = await sourceOf('kept')
    await files.copy(path, source, { mime: 'text/plain' })
    expect(await Bun.file(source).text()).toBe('kept')
    expect(new TextDecoder().decode(await contentOf(path))).toBe('kept')
    await rm(source)
  })
})

describe('a link', () => {
  const shown = {
    type: 'application/octet-stream',
    disposition: "attachment; filename*=UTF-8''%E5%AD%A3.bin",
  }
  const redirecting = (now: number) =>
    new S3FileStore({ ...configOf(store.env), delivery: 'redirect' }, { clock: () => now })

  test('is there only when files do not pass through this server', async () => {
    expect((await files.open(await put('x')))!.link).toBeUndefined()
  })

  test('shows the file as told, to whoever has it', async () => {
    const path = await put('<script>', 'text/html')
    const stored = await redirecting(Date.now()).open(path)
    for (const method of ['GET', 'HEAD'] as const) {
      const { address } = await stored!.link!(method, shown)
      const response = await fetch(address, { method })
      expect(response.headers.get('content-type')).toBe(shown.type)
      expect(response.headers.get('content-disposition')).toBe(shown.disposition)
      expect(await response.text()).toBe(method === 'GET' ? '<script>' : '')
    }
  })

  test('is the same for everybody for half an hour, and good for as long after that', async () => {
    const path = await put('x')
    const at = async (now: number) => (await redirecting(now).open(path))!.link!('GET', shown)
    const first = await at(NOW)
    expect(first.seconds).toBe(1200)
    const last = await at(NOW + 1_199_000)
    expect(last).toEqual({ address: first.address, seconds: 1 })
    const parameters = new URL(last.address).searchParams
    expect([parameters.get('X-Amz-Date'), parameters.get('X-Amz-Expires')]).toEqual([
      '20261123T120000Z',
      '3600',
    ])
    expect((await at(NOW + 1_200_000)).address).not.toBe(first.address)
  })

  test('has room for the longest name', async () => {
    const path = await put('x')
    const disposition = `attachment; filename="${'_'.repeat(400)}"; filename*=UTF-8''${encodeURIComponent('😀'.repeat(200))}`
    const stored = await redirecting(Date.now()).open(path)
    const { address } = await stored!.link!('GET', { ...shown, disposition })
    expect((await fetch(address)).headers.get('content-disposition')).toBe(disposition)
  })

  test.each([
    ['https://files.example/s3/', 'https://files.example/s3/chat/upload/'],
    // Alibaba Cloud and others want the bucket as part of the host.
    ['https://chat.oss-cn-hangzhou.example', 'https://chat.oss-cn-hangzhou.example/upload/'],
  ])('begins with the endpoint %s', async (endpoint, start) => {
    const bucket = new Bucket({ ...configOf(store.env), bucket: 'chat', endpoint })
    expect(await bucket.link('GET', 'upload/a.png', {}, NOW, 60)).toStartWith(start)
  })
})

describe('a bucket that cannot be used', () => {
  const unusable = (env: Record<string, string>) => new S3FileStore(configOf({ ...store.env, ...env }))

  test.each([
    [{ S3_BUCKET: 'other-bucket' }, 'NoSuchBucket'],
    [{ S3_ACCESS_KEY_ID: 'somebody' }, 'InvalidAccessKeyId'],
    [{ S3_ENDPOINT: 'http://127.0.0.1:1' }, 'ECONNREFUSED'],
  ])('%o says why', async (env, code) => {
    expect((await failureOf(() => unusable(env).check())).error).toMatchObject({ code })
    await files.check()
  })

  test('fails whoever reads or writes, and works again when it is back', async () => {
    const path = await put('still here')
    const lost = newUploadPath('file', NOW, { extension: 'bin' })
    const source = await sourceOf('never stored')
    await store.stop()
    for (const work of [
      () => files.open(path),
      () => files.delete(path),
      () => files.put(lost, source, { mime: '' }),
    ]) {
      expect((await failureOf(work)).error).toMatchObject({ failure: 'unreachable' })
    }
    await store.start()
    expect(new TextDecoder().decode(await contentOf(path))).toBe('still here')
    expect(await files.open(lost)).toBeUndefined()
    await files.put(lost, source, { mime: '' })
    expect(new TextDecoder().decode(await contentOf(lost))).toBe('never stored')
  })

  test('fails in time when it hangs', async () => {
    const path = await put('x')
    const source = await sourceOf('x')
    store.pause()
    try {
      const [reading, writing] = await Promise.all([
        failureOf(() => files.open(path)),
        failureOf(() => files.copy(newUploadPath('file', NOW, { extension: 'bin' }), source, { mime: '' })),
      ])
      expect(reading.error).toMatchObject({ failure: 'silent' })
      expect(reading.ms).toBeLessThan(12_000)
      expect(writing.error).toMatchObject({ failure: 'silent' })
      expect(writing.ms).toBeLessThan(10_000)
    } finally {
      store.resume()
    }
    expect(new TextDecoder().decode(await contentOf(path))).toBe('x')
    await rm(source)
  }, 300_000)

  test('names neither the file nor the key in what goes to the log', async () => {
    const path = newUploadPath('file', NOW, { extension: 'bin' })
    const source = await sourceOf('x')
    const { error } = await failureOf(() =>
      unusable({ S3_ACCESS_KEY_ID: 'somebody' }).copy(path, source, { mime: '' }),
    )
    expect(String(error)).toBe('StoreError: S3 store: PUT answered 403 InvalidAccessKeyId')
    await rm(source)
  })
})
