import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import Busboy, { type BusboyFileStream } from '@fastify/busboy'
import { AppError, type LocalText } from '@parley/contract'
import { removeIfThere } from './local-files.ts'
import { cleanFileName } from './names.ts'
import { formatSize } from './sizes.ts'

/** A file that came with a request: on disk already, in the temporary folder. */
export interface UploadedFile {
  /** Where it lies until it is stored or discarded. */
  readonly path: string
  /** The client's name for it, cleaned (see `cleanFileName`). */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Removes it from the temporary folder; nothing happens if it was moved away or removed before. */
  discard(): Promise<void>
}

export interface MultipartOptions {
  /** The one field that carries a file. Undefined: the form may carry none. */
  readonly fileField?: string
  readonly maxFileBytes: number
  /** For all text fields together: they are held in memory. */
  readonly maxFieldBytes: number
  /** Text fields a form may have. */
  readonly maxFields: number
  /** Existing folder for the temporary file; `FileStore.put` is fastest when it is on the same disk as the store. */
  readonly directory: string
}

export interface MultipartForm {
  /** Name and value of each text field in the order sent; repeated names (`members[]`) stay repeated. */
  readonly fields: Array<[name: string, value: string]>
  /** Present exactly when `fileField` was given. */
  readonly file?: UploadedFile
}

const TEMPORARY_MODE = 0o600
const HEADER_BYTES_MAX = 16 * 1024
const HEADERS_MAX = 32
/** What a part costs besides its content: delimiter and headers. */
const PART_OVERHEAD_BYTES = 1024

const ABORTED: LocalText = { zh: '连接中断', en: 'the connection was closed' }
const CUT_SHORT: LocalText = { zh: '数据不完整', en: 'the data ends too early' }
const NOT_MULTIPART: LocalText = { zh: '不是 multipart/form-data', en: 'not multipart/form-data' }
const MALFORMED: LocalText = { zh: 'multipart 格式错误', en: 'malformed multipart data' }
const TOO_MANY_FIELDS: LocalText = { zh: '字段过多', en: 'too many fields' }
const BAD_TEXT: LocalText = { zh: '不是有效的 UTF-8 文本', en: 'not valid UTF-8 text' }
const NO_FILE_HERE: LocalText = { zh: '不接受文件', en: 'takes no file' }
const ONE_FILE: LocalText = { zh: '只能有一个文件', en: 'takes one file only' }

/**
 * Reads a multipart form. Its file goes straight to disk (random name, mode 0600), as fast as the disk takes it and no
 * faster; at no time is it whole in memory. When anything fails nothing is left behind, and the runtime swallows what the
 * client still sends, so that the client gets to read the answer.
 *
 * @throws AppError `bad_request` (no or wrong boundary, malformed parts, broken UTF-8 in a text field),
 *   `upload_failed` (ends too early, connection closed), `too_large`, `missing_parameter` (no file),
 *   `invalid_parameter` (a file where none is expected, a second file), `unavailable` (the disk takes nothing)
 */
export async function receiveMultipart(request: Request, options: MultipartOptions): Promise<MultipartForm> {
  const contentType = request.headers.get('content-type') ?? ''
  if (!/^multipart\/form-data\s*;/i.test(contentType))
    throw new AppError('bad_request', { reason: NOT_MULTIPART })
  refuseHopeless(request, options)
  const parser = openParser(contentType, options)
  const intake = new Intake(options)
  const reader = request.body?.getReader()
  if (reader === undefined) throw new AppError('upload_failed', { reason: CUT_SHORT })
  try {
    const failed = intake.follow(parser)
    await Promise.race([pump(reader, parser), failed])
    return await Promise.race([intake.result(), failed])
  } catch (error) {
    parser.destroy()
    await intake.abandon()
    void reader.cancel().catch(() => undefined)
    throw error
  }
}

/** Spares both sides the transfer of a body whose announced length cannot fit. */
function refuseHopeless(request: Request, options: MultipartOptions): void {
  const announced = Number(request.headers.get('content-length') ?? 0)
  const fileBytes = options.fileField === undefined ? 0 : options.maxFileBytes
  const overhead = options.maxFields * PART_OVERHEAD_BYTES + 2 * HEADER_BYTES_MAX
  if (announced > fileBytes + options.maxFieldBytes + overhead)
    throw tooLarge(fileBytes || options.maxFieldBytes)
}

type Parser = InstanceType<typeof Busboy>

function openParser(contentType: string, options: MultipartOptions): Parser {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // Text fields come as streams, too: only so can broken UTF-8 be told from a real U+FFFD.
      isPartAFile: () => true,
      limits: { parts: options.maxFields + 2, headerPairs: HEADERS_MAX, headerSize: HEADER_BYTES_MAX },
    })
  } catch (error) {
    throw new AppError('bad_request', { reason: MALFORMED }, error)
  }
}

/** Feeds the parser, waiting whenever the disk is behind: the unread rest then waits in the client's socket. */
async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, parser: Parser): Promise<void> {
  for (;;) {
    const chunk = await reader.read().catch((error) => {
      throw new AppError('upload_failed', { reason: ABORTED }, error)
    })
    if (chunk.done) break
    if (!parser.write(chunk.value)) await once(parser, 'drain')
  }
  const finished = once(parser, 'finish')
  parser.end()
  await finished
}

/** Takes in the parts of one form. */
class Intake {
  private readonly fields: Array<[string, string]> = []
  private readonly streams: BusboyFileStream[] = []
  private readonly work: Array<Promise<void>> = []
  private temporary: { path: string; name: string; size: number } | undefined
  private parts = 0
  private textBytes = 0

  constructor(private readonly options: MultipartOptions) {}

  /** Connects to the parser. The promise never resolves; it rejects with the first thing that goes wrong. */
  follow(parser: Parser): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined)
    parser.on('partsLimit', () => reject(new AppError('bad_request', { reason: TOO_MANY_FIELDS })))
    parser.on('error', (error) => reject(this.parserFailure(error)))
    parser.on('file', (field: string | undefined, stream, fileName: string | undefined) => {
      this.parts++
      this.streams.push(stream)
      // An error of the stream is also one of the parser; unheard it would end the process.
      stream.on('error', () => undefined)
      const work = this.take(field, stream, fileName)
      this.work.push(work)
      work.catch((error) =>
        reject(error instanceof AppError || !stream.errored ? error : this.parserFailure(error)),
      )
    })
    return promise
  }

  async result(): Promise<MultipartForm> {
    await Promise.all(this.work)
    const { fileField } = this.options
    if (fileField === undefined) return { fields: this.fields }
    const taken = this.temporary
    if (taken === undefined) throw new AppError('missing_parameter', { name: fileField })
    return { fields: this.fields, file: { ...taken, discard: () => removeIfThere(taken.path) } }
  }

  /** Stops whatever is under way and removes the temporary file. */
  async abandon(): Promise<void> {
    for (const stream of this.streams) stream.destroy()
    await Promise.allSettled(this.work)
    if (this.temporary) await removeIfThere(this.temporary.path)
  }

  private parserFailure(cause: unknown): AppError {
    // Data that never showed a part does not belong to the boundary of the header: it was not cut short.
    if (this.parts === 0) return new AppError('bad_request', { reason: MALFORMED }, cause)
    if (this.options.fileField === undefined) return new AppError('bad_request', { reason: CUT_SHORT }, cause)
    return new AppError('upload_failed', { reason: CUT_SHORT }, cause)
  }

  private take(
    field: string | undefined,
    stream: BusboyFileStream,
    fileName: string | undefined,
  ): Promise<void> {
    if (field === undefined || field === '' || /[\p{Cc}\ufffd]/u.test(field))
      return Promise.reject(new AppError('bad_request', { reason: MALFORMED }))
    if (field === this.options.fileField) return this.takeFile(field, stream, fileName)
    if (fileName === undefined) return this.takeField(field, stream)
    return Promise.reject(new AppError('invalid_parameter', { name: field, expected: NO_FILE_HERE }))
  }

  private async takeField(field: string, stream: BusboyFileStream): Promise<void> {
    if (this.fields.length >= this.options.maxFields)
      throw new AppError('bad_request', { reason: TOO_MANY_FIELDS })
    const pair: [string, string] = [field, '']
    this.fields.push(pair)
    const chunks: Buffer[] = []
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      this.textBytes += chunk.length
      if (this.textBytes > this.options.maxFieldBytes) throw tooLarge(this.options.maxFieldBytes)
      chunks.push(chunk)
    }
    pair[1] = decodeText(Buffer.concat(chunks))
  }

  private async takeFile(
    field: string,
    stream: BusboyFileStream,
    fileName: string | undefined,
  ): Promise<void> {
    if (this.temporary) throw new AppError('invalid_parameter', { name: field, expected: ONE_FILE })
    const path = join(this.options.directory, `upload-${randomBytes(16).toString('hex')}`)
    const temporary = { path, name: cleanFileName(fileName), size: 0 }
    this.temporary = temporary
    const handle = await onDisk(open(path, 'wx', TEMPORARY_MODE))
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        temporary.size += chunk.length
        if (temporary.size > this.options.maxFileBytes) throw tooLarge(this.options.maxFileBytes)
        await onDisk(writeAll(handle, chunk))
      }
    } finally {
      await handle.close()
    }
    // A file input that was left empty sends a part with neither name nor content.
    if (temporary.size === 0 && !fileName) {
      this.temporary = undefined
      await removeIfThere(path)
    }
  }
}

/** What the disk refuses, most likely because it is full, is a failure of the server and for the log. */
async function onDisk<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw new AppError('unavailable', {}, error)
  }
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    offset += (await handle.write(chunk, offset, chunk.length - offset)).bytesWritten
  }
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new AppError('bad_request', { reason: BAD_TEXT }, error)
  }
}

const tooLarge = (bytes: number) => new AppError('too_large', { limit: formatSize(bytes) })
