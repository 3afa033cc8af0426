import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** A file of the built client, with its compressed forms as the build has made them. */
export interface BuiltFile {
  readonly type: string
  /** Names the content, without quotes. */
  readonly tag: string
  /** True when the name holds a hash of the content, so that it never changes under its address. */
  readonly immutable: boolean
  readonly plain: Uint8Array<ArrayBuffer>
  readonly br: Uint8Array<ArrayBuffer> | undefined
  readonly gzip: Uint8Array<ArrayBuffer> | undefined
}

/** The files of the built client by their address, `/assets/…`. Never without {@link INDEX}. */
export type Build = ReadonlyMap<string, BuiltFile>

/** The address of the one page. */
export const INDEX = '/index.html'

/** Where the bundler puts what has a hash in its name. */
const HASHED = '/assets/'
const COMPRESSED = /\.(br|gz)$/
const TAG_CHARACTERS = 22

/**
 * Reads a built client into memory, where it stays as it is when the folder is built anew or replaced: pages that are
 * open go on to find their parts. A few megabytes; links that leave the folder are passed over.
 * @param folder what `vite build` has made
 * @returns undefined when no client is built there
 */
export async function readBuild(folder: string): Promise<Build | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = new Map(
    await Promise.all(
      paths.map(async (path) => [addressOf(folder, path), new Uint8Array(await readFile(path))] as const),
    ),
  )
  if (!contents.has(INDEX)) return undefined
  const build = new Map<string, BuiltFile>()
  for (const [address, plain] of contents) {
    if (COMPRESSED.test(address)) continue
    build.set(address, {
      type: Bun.file(address).type,
      tag: createHash('sha256').update(plain).digest('base64url').slice(0, TAG_CHARACTERS),
      immutable: address.startsWith(HASHED),
      plain,
      br: contents.get(`${address}.br`),
      gzip: contents.get(`${address}.gz`),
    })
  }
  return build
}

const addressOf = (folder: string, path: string) =>
  `/${path.slice(join(folder, sep).length).replaceAll(sep, '/')}`
