import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import fc from 'fast-check'
import { isUploadPath, newUploadPath } from './files.ts'
import { LocalFileStore } from './local-files.ts'

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

/** 2021-04-30 23:30 in London is 1 May in Shanghai. */
const NOW = Date.UTC(2021, 3, 30, 22, 30, 5, 700)

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
  expect(await new Response(await file!.body()).text()).toBe('hello')
  expect(await new Response(await file!.body({ start: 1, end: 3 })).text()).toBe('ell')
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
      expect(await new Response(await (await store.open(path))!.body()).text()).toBe('from afar')
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
