import { randomBytes } from 'node:crypto'

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
  /**
   * The content, or a part of it, for one reader. Large content comes as it is consumed.
   * @throws AppError unavailable when the store does not hand it out now
   */
  body(range?: ByteRange): Promise<FileContent>
  /**
   * Where anybody may fetch the file from the store itself for a short time, shown as given. Not there when files pass
   * through this server.
   */
  link?(method: 'GET' | 'HEAD', shown: Shown): Promise<StoreLink>
}

export type FileContent = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>

/** What a browser is to take a file for. */
export interface Shown {
  readonly type: string
  /** A `Content-Disposition`; undefined: shown in place, without a name. */
  readonly disposition: string | undefined
}

/** A signed address of a store. */
export interface StoreLink {
  readonly address: string
  /** For how long the link may be handed on, in seconds; who follows it then still has time to read the file. */
  readonly seconds: number
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
   * The source is used up (moved or removed). Throws the system's or the store's error when it cannot be stored.
   */
  put(path: string, sourceFile: string, meta: FileMeta): Promise<void>
  /**
   * Undefined when there is no such file or the path is not an upload path.
   * @throws AppError unavailable when the store does not answer
   */
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
