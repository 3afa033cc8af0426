import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { clientOf, closeClients, startSite, type TestSite, type TestUser } from './site.ts'

let site: TestSite
let tom: TestUser

beforeAll(async () => {
  site = await startSite()
  tom = await site.user()
})
afterEach(closeClients)
afterAll(() => site.close())

const MEGABYTE = 1024 * 1024

describe('upload', () => {
  test('stores a file and tells how far it has come', async () => {
    const { client } = clientOf(site, tom)
    const bytes = crypto.getRandomValues(new Uint8Array(65_536))
    const file = new File(
      Array.from({ length: 128 }, () => bytes),
      '报告.bin',
    )
    const progress: [number, number][] = []
    const result = await client.upload('file', file, {
      onProgress: (sent, total) => progress.push([sent, total]),
    })
    expect(result).toMatchObject({ name: '报告.bin', size: '8 MB' })
    expect(progress.length).toBeGreaterThan(2)
    expect(progress.map(([sent]) => sent)).toEqual(progress.map(([sent]) => sent).sort((a, b) => a - b))
    expect(progress.at(-1)).toEqual([8 * MEGABYTE, 8 * MEGABYTE])
    const stored = await fetch(new URL(result.src, site.url))
    expect((await stored.bytes()).length).toBe(8 * MEGABYTE)
  })

  test('a picture from memory gets the name that it is given', async () => {
    const { client } = clientOf(site, tom)
    const picture = await client.call('qrcode/get', { content: 'hello' })
    expect(await client.upload('img', picture, { name: 'code.png' })).toMatchObject({ name: 'code.png' })
    expect((await client.upload('avatar', picture, { name: 'me.png' })).src).toContain('/upload/avatars/')
  })

  test('a group’s picture', async () => {
    const gid = await site.group(tom)
    const { client } = clientOf(site, tom)
    const picture = await client.call('qrcode/get', { content: 'hello' })
    const { src } = await client.upload('groupavatar', picture, { name: 'group.png', gid })
    await client.call('group/update', { gid, avatar: src })
    expect(await client.call('group/detail', { gid })).toMatchObject({ info: { avatar: src } })
  })

  test('can be given up half way', async () => {
    const { client } = clientOf(site, tom)
    const controller = new AbortController()
    const file = new File([new Uint8Array(32 * MEGABYTE)], 'large.bin')
    const uploading = client.upload('file', file, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('changed my mind')),
    })
    await expect(uploading).rejects.toThrow('changed my mind')
    await expect(client.upload('file', file, { signal: controller.signal })).rejects.toThrow(
      'changed my mind',
    )
  })

  test('what the server refuses is a ParleyError', async () => {
    const { client } = clientOf(site, tom)
    const text = new File(['no picture'], 'x.png')
    await expect(client.upload('img', text)).rejects.toMatchObject({
      name: 'ParleyError',
      path: 'upload/img',
    })
    const nobody = clientOf(site, { ...tom, token: 'ps_nobody' })
    await expect(nobody.client.upload('file', text)).rejects.toMatchObject({ code: -1 })
  })
})
