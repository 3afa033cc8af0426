import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import sharp from 'sharp'
import { startSite, type TestSite, type TestUser } from './harness.ts'

const WEEK_SECONDS = 7 * 24 * 3600

let site: TestSite
let tom: TestUser
let jerry: TestUser

beforeAll(async () => {
  // Without the web client, which has pages of its own for the links (`web-client.test.ts`).
  site = await startSite({ clientFolder: import.meta.dir })
  tom = await site.user()
  jerry = await site.user()
})

afterAll(() => site.close())

describe('qrcode/get', () => {
  test('is a PNG, on all faces', async () => {
    for (const caller of [site.api(), site.as(tom), site.as(tom, 'h5')]) {
      const response = await caller.request('qrcode/get', { content: '你好' })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('image/png')
      const { format, width, height } = await sharp(await response.arrayBuffer()).metadata()
      expect(format).toBe('png')
      expect(width).toBe(height)
    }
  })

  test('holds up to 2,000 bytes', async () => {
    expect(
      (await site.as(tom).request('qrcode/get', { content: 'x'.repeat(2000) })).headers.get('content-type'),
    ).toBe('image/png')
    expect(await site.as(tom).code('qrcode/get', { content: 'x'.repeat(2001) })).toBe(2)
    expect(await site.as(tom).code('qrcode/get')).toBe(1)
    expect(await site.visitor().code('qrcode/get', { content: 'x' })).toBe(-1)
  })
})

describe('qrcode/friend', () => {
  test('is a link of this site with the public number', async () => {
    const { nid } = await site.as(tom).ok('user/get', { uid: tom.uid })
    expect(await site.as(tom).ok('qrcode/friend')).toEqual({ content: `${site.url}/q/u/${nid}`, expires: 0 })
    expect(await site.api(tom).ok('qrcode/friend')).toEqual({ content: `${site.url}/q/u/${nid}`, expires: 0 })
    expect(await site.visitor().code('qrcode/friend')).toBe(-1)
    expect(await site.api(999_999).code('qrcode/friend')).toBe(85)
  })

  test('obeys the switch, which also stops the drawing of such links', async () => {
    const { content } = await site.as(tom).ok('qrcode/friend')
    await site.set({ qrcode_friend: 'off' })
    expect(await site.as(tom).code('qrcode/friend')).toBe(86)
    expect(await site.as(tom).code('qrcode/get', { content })).toBe(86)
    await site.set({ qrcode_friend: 'on' })
    expect((await site.as(tom).request('qrcode/get', { content })).headers.get('content-type')).toBe(
      'image/png',
    )
  })
})

describe('qrcode/group', () => {
  test('is a link of this site with a token that is good for seven days', async () => {
    const gid = await site.group(tom, jerry)
    const { content, expires } = await site.as(jerry).ok('qrcode/group', { gid })
    const url = new URL(content)
    expect(url.origin + url.pathname).toBe(`${site.url}/q/g/${gid}`)
    expect([...url.searchParams.keys()]).toEqual(['t'])
    const now = Math.floor(Date.now() / 1000)
    expect(expires).toBeWithin(now + WEEK_SECONDS - 60, now + WEEK_SECONDS + 1)
    const guest = await site.user()
    expect(await site.as(guest).code('group/join', { gid, token: url.searchParams.get('t') })).toBe(0)
  })

  test('leads a camera to a page, and nothing is given away there', async () => {
    const gid = await site.group(tom)
    const { content } = await site.as(tom).ok('qrcode/group', { gid })
    for (const link of [content, (await site.as(tom).ok('qrcode/friend')).content]) {
      const response = await fetch(link, { headers: { 'accept-language': 'en' } })
      expect(response.headers.get('content-type')).toStartWith('text/html')
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
      expect(await response.text()).toContain('Open it in your chat app')
    }
    expect((await fetch(`${site.url}/q/x/1`)).status).toBe(404)
  })

  test('is for members', async () => {
    const gid = await site.group(tom)
    expect(await site.as(jerry).code('qrcode/group', { gid })).toBe(2)
    expect(await site.as(tom).code('qrcode/group', { gid: 999_999 })).toBe(3)
    expect(await site.as(tom).code('qrcode/group')).toBe(1)
    expect(await site.visitor().code('qrcode/group', { gid })).toBe(-1)
    await site.api(tom).ok('group/update', { gid, state: 'disabled' })
    expect(await site.as(tom).code('qrcode/group', { gid })).toBe(3)
  })

  test('obeys the switch, which also stops the drawing of such links', async () => {
    const gid = await site.group(tom)
    const { content } = await site.as(tom).ok('qrcode/group', { gid })
    await site.set({ qrcode_group: 'off' })
    expect(await site.as(tom).code('qrcode/group', { gid })).toBe(86)
    expect(await site.as(tom).code('qrcode/get', { content })).toBe(86)
    await site.set({ qrcode_group: 'on' })
  })
})
