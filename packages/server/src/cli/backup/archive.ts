import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Pack, pack } from 'tar-stream'
import { isUploadPath } from '../../media/index.ts'

/*
 * What a backup consists of, and how it is written. The order in the archive: the note first, then the database, then
 * the small files, then the uploads.
 */

/** The file that says what the archive is. */
export const NOTE_FILE = 'parley-backup.json'
/** Grows when an older Parley could not restore the archive. */
export const FORMAT = 1

/**
 * Files of the data folder that a site cannot do without, beside the database. `secrets.json` is there in sites of an
 * older version, which have not started since.
 */
export const SMALL_FILES = ['secrets.json', 'server.key'] as const
export const UPLOAD_FOLDER = 'upload'

/** Pictures, the bulk of most backups, do not shrink; the database does at any level. */
const COMPRESSION_LEVEL = 4
const PRIVATE_MODE = 0o600
const MODE_BITS = 0o777

/** The first file of an archive. */
export interface BackupNote {
  readonly format: number
  /** Parley's version that made it. */
  readonly version: string
  /** ISO 8601. */
  readonly created_at: string
}

/** A file on its way into the archive. */
export interface Source {
  /** Path in the archive, with slashes. */
  readonly name: string
  readonly path: string
}

/** The uploads of a data folder, one by one, in no particular order. Half-written ones are not among them. */
export async function* uploadsOf(dataDir: string): AsyncGenerator<Source> {
  for await (const source of filesBelow(join(dataDir, UPLOAD_FOLDER), UPLOAD_FOLDER)) {
    if (isUploadPath(`/${source.name}`)) yield source
  }
}

async function* filesBelow(folder: string, name: string): AsyncGenerator<Source> {
  for (const entry of await entriesOf(folder)) {
    const source = { name: `${name}/${entry.name}`, path: join(folder, entry.name) }
    if (entry.isDirectory()) yield* filesBelow(source.path, source.name)
    else if (entry.isFile()) yield source
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

const isAbsent = (error: unknown) => (error as { code?: string }).code === 'ENOENT'

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/**
 * Adds a file. One that has gone since it was listed is left out; one that grows meanwhile goes in as long as it was.
 * @returns its bytes; undefined when it was left out
 */
async function addFile(archive: Pack, { name, path }: Source): Promise<number | undefined> {
  const file = await openIfThere(path)
  if (!file) return undefined
  try {
    const { size, mtime, mode } = await file.stat()
    const entry = archive.entry({ name, size, mtime, mode: mode & MODE_BITS })
    if (size === 0) entry.end(undefined)
    else await pipeline(createReadStream(path, { fd: file.fd, autoClose: false, end: size - 1 }), entry)
    return size
  } finally {
    await file.close()
  }
}

/**
 * Writes an archive and flushes it to the disk.
 * @param target an open, empty file
 * @param sources what goes in, after the note
 * @param onFile called after each file with its bytes
 */
export async function writeArchive(
  target: FileHandle,
  note: BackupNote,
  sources: AsyncIterable<Source>,
  onFile: (bytes: number) => void,
): Promise<void> {
  const archive = pack()
  const written = pipeline(
    archive,
    createGzip({ level: COMPRESSION_LEVEL }),
    // By its number: the runtime would not close a handle that it has made a stream of.
    createWriteStream('', { fd: target.fd, autoClose: false }),
  )
  // Awaited below; a failure before that must not count as unhandled.
  written.catch(() => {})
  try {
    archive.entry({ name: NOTE_FILE, mode: PRIVATE_MODE }, `${JSON.stringify(note, null, 2)}\n`)
    for await (const source of sources) {
      const bytes = await Promise.race([addFile(archive, source), written.then(() => undefined)])
      if (bytes !== undefined) onFile(bytes)
    }
    archive.finalize()
  } catch (error) {
    archive.destroy(error as Error)
    throw error
  }
  await written
  await target.sync()
}
