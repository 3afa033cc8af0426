import { createHash, randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { chmod, copyFile, mkdir, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Both ends included, in bytes, as in HTTP. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A file that a store holds. Nothing about where or how it is kept leaks out. */
export interface StoredFile {
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number
  /** A strong entity tag with its quotes. */
  readonly etag: string
  /** The content, or a part of it. Read lazily: asking costs nothing until the body is consumed. */
  body(range?: ByteRange): Blob | ReadableStream<Uint8Array>
}

/** What a store may want to remember beside the bytes. */
export interface FileMeta {
  readonly mime: string
}

/**
 * Where uploads live. Paths are addresses on this site (`/upload/images/202104/….png`); `isUploadPath` says which are
 * well formed, and a store refuses the rest.
 */
export interface FileStore {
  /**
   * Stores a local file under `path`. It is durable and complete when this returns: a reader sees all of it or nothing.
   * The source is used up (moved or removed). Throws the system's error when it cannot be stored.
   */
  put(path: string, sourceFile: string, meta: FileMeta): Promise<void>
  /** Undefined when there is no such file or the path is not an upload path. */
  open(path: string): Promise<StoredFile | undefined>
  /** Removes the file; nothing happens when there is none. */
  delete(path: string): Promise<void>
}

/** Folders and names are made of these only: no dot but the one before the extension, so no way up or out. */
const UPLOAD_PATH = /^\/upload(?:\/[a-z0-9]{1,32}){1,4}\/[a-z0-9]{1,64}(?:\.[a-z0-9]{1,8})?$/

/** Whether a path can name an uploaded file. */
export const isUploadPath = (path: string): boolean => path.length <= 255 && UPLOAD_PATH.test(path)

/** What the four kinds of uploads are for. Group pictures have a tree of their own, apart from people's. */
export type UploadKind = 'avatar' | 'groupavatar' | 'image' | 'file'

const SHANGHAI_MS = 8 * 3_600_000
const NAME_RANDOM_BYTES = 16

/**
 * A new address that nobody can guess: the folders of protocol 1.7 (`/upload/avatars/{uid mod 1000}/{uid}/`,
 * `/upload/images/{YYYYMM}/`, `/upload/files/{YYYYMM}/`; groups: `/upload/groups/{gid mod 1000}/{gid}/`), then two-digit
 * day, 8 hex digits of unix time, 32 random hex digits and the extension. Dates are those of Asia/Shanghai.
 *
 * @param now milliseconds since the epoch
 * @param target `extension` without dot, as `FileKind` has it; `id` is the uid or gid that the picture belongs to
 */
export function newUploadPath(
  kind: 'avatar' | 'groupavatar',
  now: number,
  target: { extension: string; id: number },
): string
export function newUploadPath(kind: 'image' | 'file', now: number, target: { extension: string }): string
export function newUploadPath(
  kind: UploadKind,
  now: number,
  { extension, id = 0 }: { extension: string; id?: number },
): string {
  const date = new Date(now + SHANGHAI_MS).toISOString()
  const month = date.slice(0, 4) + date.slice(5, 7)
  const folder = {
    avatar: `avatars/${id % 1000}/${id}`,
    groupavatar: `groups/${id % 1000}/${id}`,
    image: `images/${month}`,
    file: `files/${month}`,
  }[kind]
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')
  const path = `/upload/${folder}/${date.slice(8, 10)}${seconds}${randomBytes(NAME_RANDOM_BYTES).toString('hex')}.${extension}`
  if (!isUploadPath(path)) throw new RangeError('not a valid upload path')
  return path
}

/** Readable for the owner and the group, so that a web server in the same group may serve the folder. */
const FILE_MODE = 0o640
const FOLDER_MODE = 0o750

/**
 * Keeps uploads in a local folder: the address `/upload/…` is the file `<root>/upload/…`.
 *
 * @param root usually `DATA_DIR`; made when missing
 */
export class LocalFileStore implements FileStore {
  constructor(private readonly root: string) {}

  async put(path: string, sourceFile: string, _meta: FileMeta): Promise<void> {
    const target = this.locate(path)
    if (target === undefined) throw new RangeError('not a valid upload path')
    await makeFolder(dirname(target))
    await chmod(sourceFile, FILE_MODE)
    await sync(sourceFile)
    await moveInto(sourceFile, target)
    await sync(dirname(target))
  }

  async open(path: string): Promise<StoredFile | undefined> {
    const target = this.locate(path)
    const found = target === undefined ? undefined : await statIfThere(target)
    if (target === undefined || !found?.isFile()) return undefined
    const { size, mtimeMs } = found
    return {
      path,
      size,
      modifiedAt: Math.floor(mtimeMs),
      etag: `"${createHash('sha256').update(`${path} ${size} ${mtimeMs}`).digest('base64url').slice(0, 22)}"`,
      body: (range) => Bun.file(target).slice(range?.start ?? 0, range ? range.end + 1 : size),
    }
  }

  async delete(path: string): Promise<void> {
    const target = this.locate(path)
    if (target !== undefined) await removeIfThere(target)
  }

  private locate(path: string): string | undefined {
    return isUploadPath(path) ? join(this.root, path) : undefined
  }
}

/** Makes a folder and those above it that are missing, so that they survive a power cut, too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  if (first === undefined) return
  const top = dirname(first)
  for (let made = folder; made.length > top.length; made = dirname(made)) await sync(dirname(made))
}

/** Makes what was written to a file (or into a folder) survive a power cut. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function moveInto(source: string, target: string): Promise<void> {
  try {
    await rename(source, target)
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error
    await moveAcross(source, target)
  }
}

/** The temporary folder may lie on another disk: copy beside the target, then rename, so no reader sees half a file. */
async function moveAcross(source: string, target: string): Promise<void> {
  const partial = `${target}~${randomBytes(6).toString('hex')}`
  try {
    await copyFile(source, partial)
    await sync(partial)
    await rename(partial, target)
  } catch (error) {
    await removeIfThere(partial)
    throw error
  }
  await removeIfThere(source)
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** Removes a file; it is fine if it is gone already. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
}

const errorCode = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code
const isAbsent = (error: unknown) => errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR'
