import { stat, unlink } from 'node:fs/promises'
import { AppError } from '@parley/contract'
import { type Clock, systemClock } from '../../clock.ts'
import type { S3Config } from '../../config.ts'
import {
  type ByteRange,
  type FileContent,
  type FileMeta,
  type FileStore,
  isUploadPath,
  type Shown,
  type StoredFile,
  type StoreLink,
} from '../files.ts'
import { CACHE_CONTROL } from '../serve.ts'
import { Bucket } from './bucket.ts'
import { StoreError } from './failure.ts'
import { impatient } from './patience.ts'
import { PART_BYTES, STORING_MS_MAX, sendFile } from './sending.ts'

/** Content up to this size is read at once, so that its answer has a `Content-Length`; the rest streams. */
const WHOLE_BYTES_MAX = 1024 * 1024
/** How long a reader waits for the next piece. */
const PIECE_MS_MAX = 15_000

/** Links begin at a multiple of this, so that all browsers are sent to one address and find it in their caches. */
const LINK_WINDOW_SECONDS = 1800
/** Whoever got the link last still has as long to read the file: a film that was paused, say. */
const LINK_SECONDS = 2 * LINK_WINDOW_SECONDS

/** What a start asks the bucket for: nothing has such a key, so the answer is short. */
const PROBE = { 'list-type': '2', 'max-keys': '1', prefix: 'upload/.probe' }

const keyOf = (path: string): string => path.slice(1)

/** What tests may want to be smaller or other. */
interface Options {
  /** Tells when links begin. */
  clock?: Clock
  /** Larger files go in parts of this size. */
  partBytes?: number
  /** How long the store may take over what it was sent. */
  storingMs?: number
}

/** Keeps uploads in a bucket: the address `/upload/…` is the object `upload/…`. */
export class S3FileStore implements FileStore {
  readonly #bucket: Bucket
  readonly #clock: Clock
  readonly #partBytes: number
  readonly #storingMs: number

  constructor(
    private readonly config: S3Config,
    { clock = systemClock, partBytes = PART_BYTES, storingMs = STORING_MS_MAX }: Options = {},
  ) {
    this.#bucket = new Bucket(config)
    this.#clock = clock
    this.#partBytes = partBytes
    this.#storingMs = storingMs
  }

  /** Asks the bucket for something cheap. @throws StoreError when it cannot be used */
  async check(): Promise<void> {
    const response = await this.#bucket.send({ method: 'GET', key: '', query: PROBE })
    await response.body?.cancel()
  }

  /** @throws StoreError; RangeError when the path is not an upload path */
  async put(path: string, sourceFile: string, meta: FileMeta): Promise<void> {
    try {
      await this.copy(path, sourceFile, meta)
    } catch (error) {
      // It may have arrived after all, and nothing would ever refer to it.
      if (isUploadPath(path)) this.delete(path).catch(() => undefined)
      throw error
    }
    await unlink(sourceFile)
  }

  /** As {@link put}, leaving the source in its place. */
  async copy(path: string, sourceFile: string, { mime }: FileMeta): Promise<void> {
    if (!isUploadPath(path)) throw new RangeError('not a valid upload path')
    const { size } = await stat(sourceFile)
    await sendFile(this.#bucket, keyOf(path), {
      source: sourceFile,
      size,
      partBytes: this.#partBytes,
      storingMs: this.#storingMs,
      headers: { 'Content-Type': mime, 'Cache-Control': CACHE_CONTROL },
    })
  }

  async open(path: string): Promise<StoredFile | undefined> {
    if (!isUploadPath(path)) return undefined
    const key = keyOf(path)
    const head = await this.#head(key)
    if (!head) return undefined
    const size = Number(head.headers.get('content-length'))
    const modifiedAt = Date.parse(head.headers.get('last-modified') ?? '') || 0
    return {
      path,
      size,
      modifiedAt,
      etag: head.headers.get('etag') ?? `"${size.toString(36)}-${modifiedAt.toString(36)}"`,
      body: (range) => this.#read(key, range, range ? range.end - range.start + 1 : size),
      ...(this.config.delivery === 'redirect'
        ? { link: (method, shown) => this.#link(method, key, shown) }
        : {}),
    }
  }

  /** @throws StoreError */
  async delete(path: string): Promise<void> {
    if (!isUploadPath(path)) return
    try {
      await this.#bucket.send({ method: 'DELETE', key: keyOf(path) })
    } catch (error) {
      if (!isAbsence(error)) throw error
    }
  }

  async #head(key: string): Promise<Response | undefined> {
    try {
      return await this.#bucket.send({ method: 'HEAD', key })
    } catch (error) {
      if (isAbsence(error)) return undefined
      throw new AppError('unavailable', {}, error)
    }
  }

  async #read(key: string, range: ByteRange | undefined, bytes: number): Promise<FileContent> {
    if (bytes === 0) return new Uint8Array()
    try {
      const headers = range && { Range: `bytes=${range.start}-${range.end}` }
      const { body, headers: answered } = await this.#bucket.send({ method: 'GET', key, headers })
      if (!body || Number(answered.get('content-length')) !== bytes) {
        await body?.cancel()
        throw new StoreError('refused', 'GET answered with another part of the file')
      }
      const content = impatient(body, PIECE_MS_MAX)
      return bytes > WHOLE_BYTES_MAX ? content : await new Response(content).bytes()
    } catch (error) {
      throw new AppError('unavailable', {}, error)
    }
  }

  async #link(method: 'GET' | 'HEAD', key: string, { type, disposition }: Shown): Promise<StoreLink> {
    const seconds = Math.floor(this.#clock() / 1000)
    const from = seconds - (seconds % LINK_WINDOW_SECONDS)
    const query = {
      'response-content-type': type,
      ...(disposition === undefined ? {} : { 'response-content-disposition': disposition }),
    }
    return {
      address: await this.#bucket.link(method, key, query, from * 1000, LINK_SECONDS),
      seconds: from + LINK_WINDOW_SECONDS - seconds,
    }
  }
}

const isAbsence = (error: unknown): boolean => error instanceof StoreError && error.status === 404
