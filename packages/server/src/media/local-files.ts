import { createHash, randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { chmod, copyFile, mkdir, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FileMeta, type FileStore, isUploadPath, type StoredFile } from './files.ts'

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
      body: async (range) => Bun.file(target).slice(range?.start ?? 0, range ? range.end + 1 : size),
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
