import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { startStore } from '../../../scripts/services/store.mjs'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* A site whose uploads lie in an S3 store. */

let store: Awaited<ReturnType<typeof startStore>>
/** Files pass through it. */
let site: TestSite
/** It sends browsers to the store. */
let redirecting: TestSite
let tom: TestUser

beforeAll(async () => {
  store = await startStore()
  site = await startSite({ env: store.env, settings: { file_megabytes: '200' } })
  redirecting = await startSite({ env: { ...store.env, S3_DELIVERY: 'redirect' } })
  tom = await site.user()
})

afterAll(async () => {
  await Promise.all([site.close(), redirecting.close()])
  await store.close()
})

interface Uploaded {
  src: string
  name: string
  size: string
}

async function jpeg(background: string, size = 40): Promise<File> {
  const photo = await sharp({ create: { width: size, height: size, channels: 3, background } })
    .jpeg()
    .toBuffer()
  return new File([new Uint8Array(photo)], '照片.jpg')
}

async function upload(on: TestSite, path: string, file: File, caller = on.api()): Promise<string> {
  const { code, msg, data } = await caller.upload<Uploaded>(path, file)
  if (code !== 0) throw new Error(`${path} answered ${code} ${msg}`)
  return `http:${data.src}`
}

const file = (content: BlobPart, name: string) => new File([content], name)
const get = (src: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  fetch(src, { headers, redirect: 'manual', ...init })

/** Where a store names its objects; s3rver keeps each in files of such names. */
const incoming = (on: TestSite) => readdir(join(on.dataDir, 'incoming'))

describe('files that pass through the server', () => {
  test('are in the bucket, not in the data folder, and look as always', async () => {
    const src = await upload(site, 'upload/img', await jpeg('#2f7d69'))
    expect(src).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/upload\/images\/\d{6}\/\w+\.jpg$/)
    expect(existsSync(join(site.dataDir, 'upload'))).toBe(false)
    expect(await incoming(site)).toEqual([])
    const response = await get(src)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': expect.stringMatching(/^\d+$/),
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-content-type-options': 'nosniff',
    })
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({ width: 40, format: 'jpeg' })
    const etag = response.headers.get('etag')!
    expect((await get(src, { 'If-None-Match': etag })).status).toBe(304)
    const head = await get(src, {}, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([
      200,
      response.headers.get('content-length'),
    ])
  })

  test('come in ranges', async () => {
    const src = await upload(site, 'upload/file', file('0123456789', 'digits.txt'))
    const part = await get(src, { Range: 'bytes=2-5' })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 2-5/10',
      '2345',
    ])
    expect(await (await get(src, { Range: 'bytes=-3' })).text()).toBe('789')
    expect((await get(src, { Range: 'bytes=10-' })).status).toBe(416)
    const { status } = await get(src, { Range: 'bytes=0-3', 'If-Range': '"another"' })
    expect(status).toBe(200)
  })

  test('keep their Chinese names, and pages stay downloads', async () => {
    const src = await upload(site, 'upload/file', file('<script>alert(1)</script>', '季度报告 (1).html'))
    const { headers } = await get(src)
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="____ (1).html"; filename*=UTF-8''${encodeURIComponent('季度报告 ')}%281%29.html`,
    )
  })

  test('that are large arrive whole, both ways', async () => {
    // More than one part on the way to the store.
    const megabyte = new Uint8Array(1024 * 1024)
    const parts = Array.from({ length: 70 }, (_, index) => megabyte.slice().fill(index))
    const whole = new Bun.CryptoHasher('sha256')
    for (const part of parts) whole.update(part)
    const src = await upload(site, 'upload/file', new File(parts, 'film.dat'))
    expect(await incoming(site)).toEqual([])
    const read = new Bun.CryptoHasher('sha256')
    for await (const piece of (await get(src)).body!) read.update(piece)
    expect(read.digest('hex')).toBe(whole.digest('hex'))
    const middle = await get(src, { Range: `bytes=${35 * 1024 * 1024 - 1}-${35 * 1024 * 1024}` })
    expect([...(await middle.bytes())]).toEqual([34, 35])
  }, 300_000)

  test('that nobody has uploaded are not there', async () => {
    expect((await get(`${site.url}/upload/images/202611/ab.jpg`)).status).toBe(404)
  })
})

describe('files that the store hands out', () => {
  const follow = async (src: string, init: RequestInit = {}) => {
    const response = await get(src, {}, init)
    expect(response.status).toBe(302)
    const location = response.headers.get('location')!
    expect(location).toStartWith(`${store.endpoint}/${store.bucket}/upload/`)
    const [, seconds] = /^private, max-age=(\d+)$/.exec(response.headers.get('cache-control')!)!
    expect(Number(seconds)).toBeLessThan(Number(new URL(location).searchParams.get('X-Amz-Expires')))
    return fetch(location, init)
  }

  test('are shown as this server would show them', async () => {
    const src = await upload(redirecting, 'upload/img', await jpeg('#2f7d69'))
    const picture = await follow(src)
    expect(picture.headers.get('content-type')).toBe('image/jpeg')
    expect(picture.headers.get('content-disposition')).toStartWith('inline; ')
    expect(await sharp(await picture.arrayBuffer()).metadata()).toMatchObject({ width: 40, format: 'jpeg' })
    const part = await follow(src, { headers: { Range: 'bytes=1-4' } })
    expect([part.status, (await part.bytes()).length]).toEqual([206, 4])
  })

  test('are downloads where they must be, under their real names', async () => {
    const src = await upload(redirecting, 'upload/file', file('<svg onload="alert(1)"/>', '图.svg'))
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await follow(src, { method })
      expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([
        200,
        'application/octet-stream',
        `attachment; filename="_.svg"; filename*=UTF-8''${encodeURIComponent('图')}.svg`,
      ])
    }
  })

  test('that are not there are not looked for there', async () => {
    expect((await get(`${redirecting.url}/upload/images/202611/ab.jpg`)).status).toBe(404)
  })
})

describe('pictures', () => {
  test('of groups are composed of members’ pictures in the bucket, also where browsers are sent to it', async () => {
    for (const on of [site, redirecting]) {
      const user = await on.user()
      const draw = async () =>
        Buffer.from(await (await on.visitor('h5').request('group/avatar', { uid: user.uid })).arrayBuffer())
      const figure = await draw()
      const src = await upload(on, 'upload/avatar', await jpeg('#d04020', 200), on.as(user) as never)
      await on.as(user).ok('user/update', { avatar: src.replace('http:', '') })
      const face = await draw()
      expect(face.equals(figure)).toBe(false)
      const middle = await sharp(face).extract({ left: 100, top: 100, width: 1, height: 1 }).raw().toBuffer()
      expect(middle[0]).toBeGreaterThan(180)
    }
  })
})

describe('a store that fails', () => {
  afterEach(async () => {
    await store.stop()
    await store.start()
  })

  test('is told as 503 to who uploads and who reads, and all works again when it is back', async () => {
    const src = await upload(site, 'upload/file', file('kept', 'kept.txt'))
    const sent = await upload(redirecting, 'upload/file', file('kept, too', 'kept.txt'))
    await store.stop()
    for (const address of [src, sent]) {
      const response = await get(address)
      expect([response.status, response.headers.get('cache-control')]).toEqual([503, 'no-store'])
      expect(await response.json()).toMatchObject({ code: 503, data: [] })
    }
    expect(await site.as(tom).upload('upload/img', await jpeg('#000'))).toMatchObject({ code: 503 })
    const other = await site.user()
    await site.services.users.update(other.uid, { avatar: new URL(src).pathname.replace('files', 'images') })
    expect(await site.visitor('h5').call('group/avatar', { uid: other.uid })).toMatchObject({ code: 503 })
    expect(await incoming(site)).toEqual([])
    expect((await get(`${site.url}/healthz`)).status).toBe(200)
    await store.start()
    expect(await (await get(src)).text()).toBe('kept')
    expect((await get(sent)).status).toBe(302)
    await upload(site, 'upload/img', await jpeg('#000'))
  })

  test('half-way breaks the answer off instead of passing for the whole', async () => {
    const src = await upload(site, 'upload/file', file(new Uint8Array(40 * 1024 * 1024), 'film.dat'))
    const reader = (await get(src)).body!.getReader()
    let received = (await reader.read()).value!.length
    await store.stop()
    const rest = (async () => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return received
        received += value.length
      }
    })()
    expect(rest).rejects.toThrow()
    await rest.catch(() => undefined)
    expect(received).toBeLessThan(40 * 1024 * 1024)
  })

  test('and hangs is not waited for longer than 5 s', async () => {
    const src = await upload(site, 'upload/file', file('x', 'x.txt'))
    store.pause()
    const started = performance.now()
    expect((await get(src)).status).toBe(503)
    expect(performance.now() - started).toBeLessThan(12_000)
    store.resume()
    expect(await (await get(src)).text()).toBe('x')
  }, 300_000)
})
