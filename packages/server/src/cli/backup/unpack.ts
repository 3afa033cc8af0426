import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { isUploadPath } from '../../media/index.ts'
import { DATABASE_FILE } from '../../storage/index.ts'
import { CommandError } from '../failure.ts'
import { type BackupNote, FORMAT, NOTE_FILE, SMALL_FILES } from './archive.ts'

const PRIVATE_MODE = 0o600
/** What a backup may ask for beyond that: uploads may be read by a web server of the same group. */
const GROUP_READ = 0o040
const FOLDER_MODE = 0o750
const NOTE_BYTES_MAX = 64 * 1024

const notABackup = (file: string, why: { zh: string; en: string }, cause?: unknown): CommandError =>
  new CommandError(
    {
      zh: `${file} 不是可用的 Parley 备份：${why.zh}`,
      en: `${file} is no usable backup of Parley: ${why.en}`,
    },
    cause,
  )

/**
 * Whether the archive may put a file there: only what a backup consists of, by its exact name. So no path leads out of
 * the folder, whoever made the archive.
 */
function mayUnpack({ name, type }: Header): boolean {
  if (type !== 'file' && type !== 'contiguous-file') return false
  return (
    name === NOTE_FILE ||
    name === DATABASE_FILE ||
    (SMALL_FILES as readonly string[]).includes(name) ||
    isUploadPath(`/${name}`)
  )
}

/**
 * Unpacks a backup into an empty folder, streaming.
 * @param onFile called after each file with its bytes
 * @throws CommandError when the file is no backup, is cut short, or holds what does not belong in one
 */
export async function unpack(
  file: string,
  folder: string,
  onFile: (bytes: number) => void,
): Promise<BackupNote> {
  const entries = extract()
  const reading = pipeline(createReadStream(file), createGunzip(), entries)
  // Awaited below; a failure before that must not count as unhandled.
  reading.catch(() => {})
  let note: BackupNote | undefined
  const seen = new Set<string>()
  try {
    for await (const entry of entries) {
      const { header } = entry
      if (header.type === 'directory') {
        entry.resume()
        continue
      }
      if (!mayUnpack(header) || seen.has(header.name)) {
        const name = JSON.stringify(header.name)
        throw notABackup(file, { zh: `不应包含 ${name}`, en: `${name} does not belong in it` })
      }
      seen.add(header.name)
      if (header.name === NOTE_FILE) {
        note = await readNote(file, header, entry as unknown as Readable)
        continue
      }
      if (!note)
        throw notABackup(file, { zh: `不以 ${NOTE_FILE} 开头`, en: `it does not begin with ${NOTE_FILE}` })
      await writeEntry(join(folder, header.name), header, entry as unknown as Readable)
      onFile(header.size)
    }
    await reading
  } catch (error) {
    throw error instanceof CommandError ? error : asDamaged(file, error)
  }
  if (!note || !seen.has(DATABASE_FILE)) {
    throw notABackup(file, { zh: '其中没有数据库', en: 'there is no database in it' })
  }
  return note
}

/** Errors of gzip and tar mean a damaged file; what the system says (a full disk) is passed on. */
function asDamaged(file: string, error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string }
  if (code && /^E[A-Z]+$/.test(code)) return error
  return notABackup(
    file,
    { zh: `文件已损坏或不完整（${message}）`, en: `it is damaged or cut short (${message})` },
    error,
  )
}

async function readNote(file: string, { size }: Header, entry: Readable): Promise<BackupNote> {
  let text = ''
  if (size <= NOTE_BYTES_MAX) for await (const chunk of entry) text += chunk
  let note: Partial<BackupNote>
  try {
    note = JSON.parse(text)
  } catch (error) {
    throw notABackup(file, { zh: `无法读取 ${NOTE_FILE}`, en: `${NOTE_FILE} cannot be read` }, error)
  }
  const { format, version = '', created_at = '' } = note
  if (typeof format === 'number' && format > FORMAT) {
    throw notABackup(file, {
      zh: `由更新的版本（${version}）创建，请先升级 Parley`,
      en: `a newer version (${version}) made it: update Parley first`,
    })
  }
  if (format !== FORMAT) throw notABackup(file, { zh: `${NOTE_FILE} 无效`, en: `${NOTE_FILE} is not valid` })
  return { format, version: String(version), created_at: String(created_at) }
}

async function writeEntry(path: string, { mode }: Header, entry: Readable): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
  const target: FileHandle = await open(path, 'wx', PRIVATE_MODE | (mode & GROUP_READ))
  try {
    // By its number: the runtime would not close a handle that it has made a stream of.
    await pipeline(entry, createWriteStream('', { fd: target.fd, autoClose: false }))
    await target.sync()
  } finally {
    await target.close()
  }
}
