import { randomBytes } from 'node:crypto'
import { link, open, unlink, writeFile } from 'node:fs/promises'

/*
 * Files that hold secrets: readable by the server's own user only, and either whole or not there, whatever crashes.
 */

const PRIVATE_MODE = 0o600

/** What file systems without hard links (some network and desktop mounts) answer to `link`. */
const WITHOUT_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** Writes the text into a new file beside the target and flushes it to the disk. */
async function writeBeside(path: string, text: string): Promise<string> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(beside, 'wx', PRIVATE_MODE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  return beside
}

/**
 * Creates a private file, unless there is one already: of several processes that start at once, one wins.
 * @returns whether this call created it
 * @throws the system's error when the folder cannot be written
 */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  const beside = await writeBeside(path, text)
  try {
    await link(beside, path)
    return true
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (code === 'EEXIST') return false
    if (!WITHOUT_HARD_LINKS.has(code)) throw error
    return await createInPlace(path, text)
  } finally {
    await unlink(beside)
  }
}

async function createInPlace(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: PRIVATE_MODE })
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false
    throw error
  }
}

/** The text of a file without blanks around it; undefined when there is no such file. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const file = Bun.file(path)
  return (await file.exists()) ? (await file.text()).trim() : undefined
}
