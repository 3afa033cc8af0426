import { Database } from 'bun:sqlite'
import { existsSync, readFileSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/*
 * One server at a time works in a data folder, and commands that change something there tell it. The lock is one of
 * SQLite's on an empty file: the system takes it back when the process ends, however it ends.
 */

export const LOCK_FILE = 'parley.lock'
export const PID_FILE = 'parley.pid'

/** The data folder as long as this process works in it. */
export interface Claim {
  /** Writes the process id where commands look for it. To be called once SIGHUP is listened to. */
  announce(): Promise<void>
  /** Gives the folder back. */
  release(): Promise<void>
}

function tryLock(dataDir: string): Database | undefined {
  const lock = new Database(join(dataDir, LOCK_FILE))
  try {
    lock.run('pragma busy_timeout = 0')
    lock.run('pragma journal_mode = memory')
    lock.run('begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw error
  }
}

/**
 * Takes a data folder for this process.
 * @returns undefined when another process has it
 * @throws SQLiteError when the folder cannot be written
 */
export function claimDataFolder(dataDir: string): Claim | undefined {
  const lock = tryLock(dataDir)
  if (!lock) return undefined
  const pidFile = join(dataDir, PID_FILE)
  return {
    async announce() {
      const beside = `${pidFile}.${process.pid}`
      await writeFile(beside, `${process.pid}\n`)
      await rename(beside, pidFile)
    },
    async release() {
      await rm(pidFile, { force: true })
      lock.close()
    },
  }
}

/** Whether a server, or a command that needs the folder for itself, is at work in it. */
function isInUse(dataDir: string): boolean {
  if (!existsSync(join(dataDir, LOCK_FILE))) return false
  const lock = tryLock(dataDir)
  lock?.close()
  return lock === undefined
}

/** The process id of the server in a data folder; undefined when none runs or it does not take signals yet. */
export async function runningServer(dataDir: string): Promise<number | undefined> {
  if (!isInUse(dataDir)) return undefined
  const text = await readFile(join(dataDir, PID_FILE), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 0 && isParley(pid) ? pid : undefined
}

/**
 * Whether the process is a server of ours. The folder may be shared with a container whose process ids mean something
 * else here: a stranger must not get our signals.
 */
function isParley(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // Only Linux shows the command line as a file; elsewhere the lock has to be proof enough.
  if (process.platform !== 'linux') return true
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return args.includes('start') && args.some((argument) => argument.endsWith('main.ts'))
  } catch {
    return false
  }
}

/**
 * Has the server in a data folder take up what was changed in the database: revoked keys and disabled accounts stop
 * working at once.
 * @returns whether there is a server to tell
 */
export async function tellRunningServer(dataDir: string): Promise<boolean> {
  const pid = await runningServer(dataDir)
  if (pid === undefined) return false
  try {
    process.kill(pid, 'SIGHUP')
    return true
  } catch {
    return false
  }
}
