import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'

/*
 * What the built pages load before a chat is opened: script and style, gzipped at level 9. `npm run bench:web` measures it in
 * a browser; here it is read out of the files.
 */

const DIST = process.env.PARLEY_TEST_CLIENT ?? fileURLToPath(new URL('../packages/web/dist', import.meta.url))
const BYTES_MAX = 170_000
/** Parts that are loaded beside the first script: what stands beside the list, or the page for visitors; English texts. */
const PARTS = {
  '/chats': ['NothingChosen', 'ResizeHandle', 'AlertsHost', 'en'],
  '/signin': ['SignInPage', 'en'],
}
/** Parts that only some need, and late: each is a file of its own, and no other needs it. */
const LATE = ['EmojiPanel', 'decode', 'ScanPage', 'AvatarCropper']
/** What is worth being compressed once, when it is built (build/compress.ts). */
const COMPRESSED = /\.(js|css|html|svg)$/
const COMPRESSED_BYTES_MIN = 1024
const IMPORT = /(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g

/** A script of `assets/` with everything that it cannot do without. */
async function withImports(name: string, known = new Set<string>()): Promise<Set<string>> {
  if (known.has(name)) return known
  known.add(name)
  const text = await readFile(join(DIST, 'assets', name), 'utf8')
  for (const [, imported] of text.matchAll(IMPORT)) await withImports(imported!, known)
  return known
}

async function firstLoad(parts: readonly string[]): Promise<Map<string, number>> {
  const html = await readFile(join(DIST, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name!)
  const built = await readdir(join(DIST, 'assets'))
  const wanted = parts.flatMap((part) =>
    built.filter((name) => new RegExp(`^${part}-[\\w-]{8}\\.(js|css)$`).test(name)),
  )
  expect(wanted.length).toBeGreaterThanOrEqual(parts.length)
  const files = new Set<string>()
  for (const name of [...named, ...wanted]) {
    for (const one of name.endsWith('.js') ? await withImports(name) : [name]) files.add(one)
  }
  const paths = ['shell/theme.js', ...[...files].map((name) => `assets/${name}`)]
  const sizeOf = async (path: string) => gzipSync(await readFile(join(DIST, path)), { level: 9 }).length
  return new Map(await Promise.all(paths.map(async (path) => [path, await sizeOf(path)] as const)))
}

describe.skipIf(!existsSync(join(DIST, 'index.html')))('the first load', () => {
  for (const [page, parts] of Object.entries(PARTS)) {
    test(`of ${page} is less than ${BYTES_MAX / 1000} KB`, async () => {
      const sizes = await firstLoad(parts)
      for (const part of ['vendor', 'index'])
        expect([...sizes.keys()].some((path) => path.startsWith(`assets/${part}-`))).toBe(true)
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
      expect(total).toBeLessThan(BYTES_MAX)
      const built = await readdir(join(DIST, 'assets'))
      for (const part of LATE) {
        expect(built.filter((name) => name.startsWith(`${part}-`))).not.toEqual([])
        expect([...sizes.keys()].filter((path) => path.startsWith(`assets/${part}-`))).toEqual([])
      }
    })
  }
})

test.skipIf(!existsSync(join(DIST, 'index.html')))(
  'every text file has its compressed forms beside it',
  async () => {
    const names = (await readdir(DIST, { recursive: true })).filter((name) => COMPRESSED.test(name))
    expect(names.length).toBeGreaterThan(100)
    for (const name of names) {
      const path = join(DIST, name)
      const content = await readFile(path)
      if (content.length < COMPRESSED_BYTES_MIN) continue
      expect([name, existsSync(`${path}.br`), existsSync(`${path}.gz`)]).toEqual([name, true, true])
      expect(brotliDecompressSync(await readFile(`${path}.br`)).equals(content)).toBe(true)
      expect(gunzipSync(await readFile(`${path}.gz`)).equals(content)).toBe(true)
    }
  },
)
