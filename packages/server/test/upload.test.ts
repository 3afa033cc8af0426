import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { startSite, type TestSite, type TestUser } from './harness.ts'

let site: TestSite
let tom: TestUser
let jerry: TestUser

beforeAll(async () => {
  site = await startSite()
  tom = await site.user()
  jerry = await site.user()
})

afterAll(() => site.close())

interface Uploaded {
  src: string
  name: string
  size: string
}

const photo = async (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#2f7d69' } })
    .jpeg()
    .withExif({ IFD0: { Copyright: 'secret place' }, IFD3: { GPSLatitude: '39/1 54/1 0/1' } })
    .toBuffer()

const fileOf = (content: BlobPart, name: string) => new File([content], name)
const jpeg = async (name = '照片.jpg', width = 40, height = 20) =>
  fileOf(new Uint8Array(await photo(width, height)), name)

/** The smallest sound: a header and no samples. */
function wav(name: string): File {
  const bytes = Buffer.alloc(44)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(36, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(8000, 24)
  bytes.writeUInt32LE(8000, 28)
  bytes.writeUInt16LE(1, 32)
  bytes.writeUInt16LE(8, 34)
  bytes.write('data', 36)
  return fileOf(new Uint8Array(bytes), name)
}

const get = (src: string) => fetch(`http:${src}`)
const rowOf = (src: string) =>
  site.services.db.read
    .selectFrom('upload')
    .selectAll()
    .where('path', '=', new URL(`http:${src}`).pathname)
    .executeTakeFirst()
const incoming = () => readdir(join(site.dataDir, 'incoming'))
const hostPattern = () => `^//127\\.0\\.0\\.1:${site.server.port}`

describe('upload/img', () => {
  test('answers as the document shows, without login_uid', async () => {
    const file = await jpeg('文件名.png')
    const { code, msg, data } = await site.api().upload<Uploaded>('upload/img', file)
    expect({ code, msg }).toEqual({ code: 0, msg: 'ok' })
    expect(data).toEqual({
      src: expect.any(String),
      name: '文件名.png',
      size: expect.stringMatching(/^[\d.]+ (Bytes|KB)$/),
    })
    expect(data.src).toMatch(new RegExp(`${hostPattern()}/upload/images/\\d{6}/\\d{2}[0-9a-f]{40}\\.jpg$`))
    expect(await rowOf(data.src)).toMatchObject({
      uid: 0,
      kind: 'img',
      name: '文件名.png',
      type: 'image/jpeg',
    })
    expect(await incoming()).toEqual([])
  })

  test('makes the picture anew: no metadata, the size of the picture kept', async () => {
    const { data } = await site.as(tom).upload<Uploaded>('upload/img', await jpeg())
    const response = await get(data.src)
    expect(response.headers.get('content-type')).toBe('image/jpeg')
    const stored = await sharp(await response.arrayBuffer()).metadata()
    expect(stored).toMatchObject({ width: 40, height: 20, format: 'jpeg' })
    expect(stored.exif).toBeUndefined()
    expect(await rowOf(data.src)).toMatchObject({ uid: tom.uid })
  })

  test('fits it into 1920 pixels, unless the original is wanted', async () => {
    const widthOf = async (parameters: Record<string, unknown>) => {
      const { data } = await site
        .as(tom)
        .upload<Uploaded>('upload/img', await jpeg('wide.jpg', 2400, 600), parameters)
      return (await sharp(await (await get(data.src)).arrayBuffer()).metadata()).width
    }
    expect(await widthOf({})).toBe(1920)
    expect(await widthOf({ original: 1 })).toBe(2400)
  })

  test('refuses what is no picture, whatever its name says', async () => {
    const page = fileOf('<html><script>alert(1)</script></html>', 'photo.jpg')
    expect(await site.as(tom).upload('upload/img', page)).toMatchObject({
      code: 500,
      msg: '上传的不是图片',
      data: [],
    })
    const svg = fileOf('<svg xmlns="http://www.w3.org/2000/svg"/>', 'a.svg')
    expect(await site.as(tom).upload('upload/img', svg)).toMatchObject({ code: 500 })
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
    const whole = await sharp({ create: { width: 99, height: 99, channels: 3, background: '#000', noise } })
      .jpeg()
      .toBuffer()
    const broken = fileOf(new Uint8Array(whole.subarray(0, whole.length / 2)), 'half.jpg')
    expect(await site.as(tom).upload('upload/img', broken)).toMatchObject({
      code: 501,
      msg: '处理图片发生错误',
    })
    expect(await site.as(tom).upload('upload/img', undefined)).toMatchObject({ code: 1 })
    expect(await incoming()).toEqual([])
  })

  test('obeys the switch and the size that the site sets', async () => {
    await site.set({ upload_img: 'off' })
    expect(await site.as(tom).upload('upload/img', await jpeg())).toMatchObject({ code: 86 })
    await site.set({ upload_img: 'on', image_megabytes: '1' })
    const large = fileOf(new Uint8Array(1024 * 1024 + 1), 'large.jpg')
    expect(await site.as(tom).upload('upload/img', large)).toMatchObject({
      code: 413,
      msg: expect.stringContaining('1 MB'),
    })
    await site.set({ image_megabytes: '10' })
    expect(await incoming()).toEqual([])
  })

  test('who uploads too often is told before the file is read', async () => {
    await site.set({ rate_upload: '2/60' })
    const [user, other] = (await site.users(2)) as [TestUser, TestUser]
    const endless = () =>
      fetch(`${site.url}/web/upload/img`, {
        method: 'POST',
        body: new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }),
        headers: {
          cookie: `parley_session=${user.token}`,
          'content-type': 'multipart/form-data; boundary=b',
        },
      }).then((response) => response.json())
    expect(await site.as(user).upload('upload/img', await jpeg())).toMatchObject({ code: 0 })
    expect(await site.as(user).upload('upload/img', await jpeg())).toMatchObject({ code: 0 })
    expect(await endless()).toMatchObject({ code: 429 })
    expect(await site.as(other).upload('upload/img', await jpeg())).toMatchObject({ code: 0 })
    await site.set({ rate_upload: '100000/1' })
  })

  test('needs a session, and an account that may act', async () => {
    expect(await site.visitor().upload('upload/img', await jpeg())).toMatchObject({ code: -1 })
    expect(await site.visitor('api').upload('upload/img', await jpeg())).toMatchObject({ code: -1 })
    expect(await site.api(999_999).upload('upload/img', await jpeg())).toMatchObject({ code: 85 })
  })
})

describe('upload/file', () => {
  test('keeps the file byte for byte, and hands it out as a download', async () => {
    const content = '<html><script>alert(1)</script></html>'
    const { data } = await site.api().upload<Uploaded>('upload/file', fileOf(content, '页面.html'))
    expect(data).toEqual({ src: expect.any(String), name: '页面.html', size: `${content.length} Bytes` })
    expect(data.src).toMatch(new RegExp(`${hostPattern()}/upload/files/\\d{6}/\\d{2}[0-9a-f]{40}\\.bin$`))
    const response = await get(data.src)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toStartWith('attachment')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    expect(await response.text()).toBe(content)
    expect(await rowOf(data.src)).toMatchObject({ kind: 'file', size: content.length })
    expect(await incoming()).toEqual([])
  })

  test('finds the type in the content and decodes the names that old clients send', async () => {
    const { data } = await site.as(tom, 'h5').upload<Uploaded>('upload/file', wav('%E8%AF%AD%E9%9F%B3.txt'))
    expect(data.name).toBe('语音.txt')
    expect(data.src).toEndWith('.wav')
    const response = await get(data.src)
    expect(response.headers.get('content-type')).toBe('audio/wav')
    expect((await rowOf(data.src))?.type).toBe('audio/wav')
  })

  test('an empty file and a picture are files, too', async () => {
    const bytes = new Uint8Array(await photo(10, 10))
    const { data } = await site.as(tom).upload<Uploaded>('upload/file', fileOf(bytes, 'p.jpg'))
    expect(new Uint8Array(await (await get(data.src)).arrayBuffer())).toEqual(bytes)
    expect(await site.as(tom).upload('upload/file', fileOf('', 'empty.txt'))).toMatchObject({
      code: 0,
      data: { size: '0 Bytes' },
    })
  })

  test('files and voice have switches of their own', async () => {
    const codes = async () =>
      Promise.all(
        [fileOf('text', 'a.txt'), wav('voice_recording_1.wav')].map(
          async (file) => (await site.as(tom).upload('upload/file', file)).code,
        ),
      )
    await site.set({ voice: 'off' })
    expect(await codes()).toEqual([0, 86])
    await site.set({ voice: 'on', upload_file: 'off' })
    expect(await codes()).toEqual([86, 0])
    await site.set({ upload_file: 'on' })
    expect(await codes()).toEqual([0, 0])
    expect(await incoming()).toEqual([])
  })

  test('obeys the size that the site sets, and refuses visitors', async () => {
    await site.set({ file_megabytes: '1' })
    const file = (bytes: number) => fileOf(new Uint8Array(bytes), 'a.dat')
    expect(await site.as(tom).upload('upload/file', file(1024 * 1024))).toMatchObject({ code: 0 })
    expect(await site.as(tom).upload('upload/file', file(1024 * 1024 + 1))).toMatchObject({ code: 413 })
    await site.set({ file_megabytes: '100' })
    expect(await site.visitor('h5').upload('upload/file', file(1))).toMatchObject({ code: -1 })
    expect(await site.as(tom).upload('upload/file', undefined)).toMatchObject({ code: 1 })
  })
})

describe('upload/avatar', () => {
  test('crops to a square in the caller’s folder and changes nothing by itself', async () => {
    const { data } = await site.api(tom).upload<Uploaded>('upload/avatar', await jpeg('我.jpg', 300, 200))
    const folder = `/upload/avatars/${tom.uid % 1000}/${tom.uid}/`
    expect(data).toEqual({ src: expect.any(String), name: '我.jpg', size: expect.any(String) })
    expect(data.src).toMatch(new RegExp(`${hostPattern()}${folder}\\d{2}[0-9a-f]{40}\\.jpg$`))
    const stored = await sharp(await (await get(data.src)).arrayBuffer()).metadata()
    expect(stored).toMatchObject({ width: 150, height: 150 })
    const avatar = async () => (await site.as(tom).ok('pop/get')).mine.avatar
    expect(await avatar()).toStartWith('/avatar/')
    await site.as(tom).ok('user/update', { avatar: data.src })
    expect(await avatar()).toBe(data.src)
  })

  test('is somebody’s: a server key names whose', async () => {
    expect(await site.api().upload('upload/avatar', await jpeg())).toMatchObject({
      code: 1,
      msg: '缺少参数：login_uid',
    })
    expect(await site.api(999_999).upload('upload/avatar', await jpeg())).toMatchObject({ code: 85 })
    expect(await site.visitor().upload('upload/avatar', await jpeg())).toMatchObject({ code: -1 })
    expect(await site.as(tom).upload('upload/avatar', fileOf('x', 'x.png'))).toMatchObject({ code: 500 })
    expect(await site.as(tom).upload('upload/avatar', undefined)).toMatchObject({ code: 1 })
  })
})

describe('upload/groupavatar', () => {
  test('stores a square apart from people’s, for owner and managers', async () => {
    const gid = await site.group(tom, jerry)
    const upload = async (user: TestUser, group = gid) =>
      site.as(user).upload<Uploaded>('upload/groupavatar', await jpeg(), { gid: group })
    const { data } = await upload(tom)
    expect(data.src).toMatch(
      new RegExp(`${hostPattern()}/upload/groups/${gid % 1000}/${gid}/\\d{2}[0-9a-f]{40}\\.jpg$`),
    )
    expect(await rowOf(data.src)).toMatchObject({ uid: tom.uid, kind: 'groupavatar' })
    await site.as(tom).ok('group/guaUpdate', { gid, avatar: data.src })
    expect(await upload(jerry)).toMatchObject({ code: 2, msg: '非法请求' })
    await site.as(tom).ok('group/manager', { gid, uid: jerry.uid, value: 1 })
    expect(await upload(jerry)).toMatchObject({ code: 0 })
    expect(await upload(await site.user())).toMatchObject({ code: 2 })
    expect(await upload(tom, 999_999)).toMatchObject({ code: 3 })
    expect(await site.as(tom).upload('upload/groupavatar', await jpeg())).toMatchObject({ code: 1 })
    expect(await site.visitor().upload('upload/groupavatar', await jpeg(), { gid })).toMatchObject({
      code: -1,
    })
    expect(await site.api().upload('upload/groupavatar', await jpeg(), { gid })).toMatchObject({ code: 0 })
  })
})

describe('group/avatar', () => {
  const draw = (uids: unknown) => site.visitor('h5').request('group/avatar', { uid: uids })
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

  test('is a picture for everybody, of whoever is named', async () => {
    const response = await draw(`${tom.uid},${jerry.uid},999999`)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(response.headers.get('cache-control')).toContain('public')
    expect(await sharp(await bytesOf(response)).metadata()).toMatchObject({
      format: 'png',
      width: 200,
      height: 200,
    })
    expect((await (await draw('')).json()).code).toBe(1)
    expect((await (await draw('x')).json()).code).toBe(2)
  })

  test('is found under the address of the original, too', async () => {
    const response = await fetch(`${site.url}/avatar.php?uid=${tom.uid},${jerry.uid}`)
    expect(response.url).toBe(`${site.url}/h5/group/avatar?uid=${tom.uid}%2C${jerry.uid}`)
    expect(response.headers.get('content-type')).toBe('image/png')
  })

  test('shows the members’ pictures as they are now, nine at most', async () => {
    const user = await site.user()
    const figure = await bytesOf(await draw(user.uid))
    const { data } = await site.as(user).upload<Uploaded>('upload/avatar', await jpeg('g.jpg', 200, 200))
    await site.as(user).ok('user/update', { avatar: data.src })
    const face = await bytesOf(await draw(user.uid))
    expect(face.equals(figure)).toBe(false)
    const { data: middle } = await sharp(face)
      .extract({ left: 100, top: 100, width: 1, height: 1 })
      .raw()
      .toBuffer({ resolveWithObject: true })
    for (const [channel, value] of [0x2f, 0x7d, 0x69].entries()) {
      expect(middle[channel]).toBeWithin(value - 8, value + 9)
    }
    const nine = Array.from({ length: 9 }, (_, index) => index + 1).join(',')
    expect((await bytesOf(await draw(`${nine},10,11`))).equals(await bytesOf(await draw(nine)))).toBe(true)
  })

  test('never fetches from elsewhere, and never decodes what was not uploaded as a picture', async () => {
    const user = await site.user()
    const figure = await bytesOf(await draw(user.uid))
    let asked = 0
    const elsewhere = Bun.serve({
      port: 0,
      fetch: () => {
        asked++
        return new Response('')
      },
    })
    const { data } = await site.as(user).upload<Uploaded>('upload/file', await jpeg())
    for (const avatar of [`http://127.0.0.1:${elsewhere.port}/a.jpg`, data.src]) {
      await site.as(user).ok('user/update', { avatar })
      expect((await bytesOf(await draw(user.uid))).equals(figure)).toBe(true)
    }
    expect(asked).toBe(0)
    await elsewhere.stop(true)
  })
})
