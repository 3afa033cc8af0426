import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import fc from 'fast-check'
import { isUploadPath, LocalFileStore, newUploadPath } from './files.ts'

let root: string
let temporary: string
let store: LocalFileStore

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-store-'))
  temporary = await mkdtemp(join(tmpdir(), 'parley-temporary-'))
  store = new LocalFileStore(join(root, 'data'))
})

afterAll(async () => {
  await rm(root, { recursive: true })
  await rm(temporary, { recursive: true })
})

const HEX_NAME = '[0-9a-f]{8}[0-9a-f]{32}'
/** 2021-04-30 23:30 in London is 1 May in Shanghai. */
const NOW = Date.UTC(2021, 3, 30, 22, 30, 5, 700)

test('addresses follow the document, with the date of Shanghai', () => {
  const seconds = Math.floor(NOW / 1000).toString(16)
  expect(newUploadPath('image', NOW, { extension: 'png' })).toMatch(
    new RegExp(`^/upload/images/202105/01${seconds}[0-9a-f]{32}\\.png$`),
  )
  expect(newUploadPath('file', NOW, { extension: 'mp4' })).toMatch(
    new RegExp(`^/upload/files/202105/01${HEX_NAME}\\.mp4$`),
  )
  expect(newUploadPath('avatar', NOW, { extension: 'jpg', id: 12_345 })).toMatch(
    new RegExp(`^/upload/avatars/345/12345/01${HEX_NAME}\\.jpg$`),
  )
  expect(newUploadPath('groupavatar', NOW, { extension: 'jpg', id: 7 })).toMatch(
    new RegExp(`^/upload/groups/7/7/01${HEX_NAME}\\.jpg$`),
  )
})

test('no two addresses are alike, and each is an upload path', () => {
  const paths = Array.from({ length: 1000 }, () => newUploadPath('image', NOW, { extension: 'png' }))
  expect(new Set(paths).size).toBe(1000)
  expect(paths.every(isUploadPath)).toBe(true)
})

test('an extension that could lead elsewhere is refused', () => {
  for (const extension of ['../x', 'a/b', 'PNG', '', 'toolongext', 'a.b'])
    expect(() => newUploadPath('file', NOW, { extension })).toThrow(RangeError)
})

test('addresses of files moved from older servers are upload paths, too', () => {
  expect(isUploadPath('/upload/avatars/9/9/265cea5d13d5b0.jpg')).toBe(true)
  expect(isUploadPath('/upload/files/201905/315cf104b5cac8.png')).toBe(true)
})

async function put(content: string, extension = 'txt'): Promise<string> {
  const source = join(temporary, 'source')
  await writeFile(source, content, { mode: 0o600 })
  const path = newUploadPath('file', NOW, { extension })
  await store.put(path, source, { mime: 'application/octet-stream' })
  return path
}

test('what is put is there whole, by its address, and the source is used up', async () => {
  const path = await put('hello')
  const file = await store.open(path)
  expect(file).toMatchObject({ path, size: 5, etag: expect.stringMatching(/^"[\w-]{22}"$/) })
  expect(Math.abs(Date.now() - file!.modifiedAt)).toBeLessThan(60_000)
  expect(await new Response(file!.body()).text()).toBe('hello')
  expect(await new Response(file!.body({ start: 1, end: 3 })).text()).toBe('ell')
  expect(await readdir(temporary)).toEqual([])
  expect((await stat(join(root, 'data', path))).mode & 0o777).toBe(0o640)
})

// Only Linux has a second file system that anybody may write to.
test.if(existsSync('/dev/shm'))(
  'a file from another disk is copied beside its place first and leaves nothing over',
  async () => {
    const elsewhere = await mkdtemp('/dev/shm/parley-')
    try {
      await writeFile(join(elsewhere, 'source'), 'from afar')
      const path = newUploadPath('file', NOW, { extension: 'bin' })
      await store.put(path, join(elsewhere, 'source'), { mime: 'application/octet-stream' })
      expect(await new Response((await store.open(path))!.body()).text()).toBe('from afar')
      expect(await readdir(elsewhere)).toEqual([])
      const names = await readdir(join(root, 'data/upload/files/202105'))
      expect(names.filter((name) => name.includes('~'))).toEqual([])
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  },
)

test('a deleted file is gone; deleting it again does nothing', async () => {
  const path = await put('x')
  await store.delete(path)
  await store.delete(path)
  expect(await store.open(path)).toBeUndefined()
})

test('folders and what is not there cannot be opened', async () => {
  await put('x')
  expect(await store.open('/upload/files/202105')).toBeUndefined()
  expect(await store.open('/upload/files/209901/abc.png')).toBeUndefined()
  expect(await store.open(`${await put('x', 'png')}/x`)).toBeUndefined()
})

test('no path leads out of the upload folder', async () => {
  await writeFile(join(root, 'data', 'secret'), 'key')
  const inside = resolve(root, 'data/upload') + sep
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    'upload',
    'files',
    '%2e%2e',
    '%2f',
    '\0',
    'secret',
    'a.png',
    '~',
    ' ',
    '\n',
    '．．',
  )
  const hostile = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  const paths = fc.oneof(
    hostile,
    hostile.map((path) => `/upload/${path}`),
    fc.string({ unit: 'binary' }),
    fc.webPath(),
  )
  await fc.assert(
    fc.asyncProperty(paths, async (path) => {
      if (isUploadPath(path)) expect(resolve(join(root, 'data', path)).startsWith(inside)).toBe(true)
      else {
        expect(await store.open(path)).toBeUndefined()
        await store.delete(path)
        expect(store.put(path, join(root, 'data', 'secret'), { mime: '' })).rejects.toThrow(RangeError)
      }
    }),
    { numRuns: 2000 },
  )
  expect(await Bun.file(join(root, 'data', 'secret')).text()).toBe('key')
})
