import { existsSync, rmSync } from 'node:fs'
import { mkdir, readdir, rename, rmdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { formatSize } from '../../media/index.ts'
import { DATABASE_FILE } from '../../storage/index.ts'
import { CommandError, systemReason } from '../failure.ts'
import { interruptible } from '../interruptions.ts'
import { say } from '../language.ts'
import { print } from '../output.ts'
import { startProgress } from '../progress.ts'
import { type Claim, claimDataFolder, LOCK_FILE, PID_FILE } from '../running.ts'
import { commandConfig, databaseFile, prepareDataFolder, requireSqlite } from '../site.ts'
import { fileTime, shortTime } from '../times.ts'
import { type BackupNote, SMALL_FILES, UPLOAD_FOLDER } from './archive.ts'
import { syncFolder } from './durable.ts'
import { uploadsElsewhere } from './elsewhere.ts'
import { checkDatabase } from './snapshot.ts'
import { unpack } from './unpack.ts'

const FOLDER_MODE = 0o700
/** What a folder may hold and still count as empty: traces of this command itself. */
const IGNORED = new Set<string>([LOCK_FILE, PID_FILE])
/** Everything that a start makes or reads, in the order in which it is put in place: the database last. */
const PARTS = [UPLOAD_FOLDER, ...SMALL_FILES, DATABASE_FILE]

const ASIDE_PREFIX = 'before-restore-'

/** `parley restore FILE`: puts a backup into the data folder, once it is known to be whole. */
export async function restore(file: string, { force }: { force?: true }): Promise<void> {
  const config = commandConfig()
  requireSqlite(config)
  const { dataDir } = config
  const archive = resolve(file)
  if (!existsSync(archive)) {
    throw new CommandError({ zh: `${archive} 不存在`, en: `${archive} does not exist` })
  }
  await prepareDataFolder(dataDir)
  const claim = requireUnused(dataDir)
  try {
    const old = (await readdir(dataDir)).filter(
      (name) => !IGNORED.has(name) && !name.startsWith(ASIDE_PREFIX),
    )
    if (old.length > 0 && !force) {
      throw new CommandError({
        zh: `DATA_DIR ${dataDir} 不是空文件夹：请换一个，或用 --force 把其中的内容移到一旁`,
        en: `DATA_DIR ${dataDir} is not empty: choose another, or use --force to move what is in it aside`,
      })
    }
    const staged = join(dataDir, `restoring-${process.pid}`)
    const cleanUp = () => rmSync(staged, { recursive: true, force: true })
    await interruptible(cleanUp, async () => {
      try {
        const note = await stage(archive, staged)
        tell(dataDir, note, await putInPlace(dataDir, staged, old))
        if (config.s3) print(uploadsElsewhere(config.s3))
      } catch (error) {
        throw withoutSystemWords(dataDir, error)
      } finally {
        cleanUp()
      }
    })
  } finally {
    await claim.release()
  }
}

function requireUnused(dataDir: string): Claim {
  const claim = claimDataFolder(dataDir)
  if (claim) return claim
  throw new CommandError({
    zh: `DATA_DIR ${dataDir} 正被运行中的服务器使用：请先停止它`,
    en: `DATA_DIR ${dataDir} is in use by a running server: stop it first`,
  })
}

/** Unpacks beside the data, on the same disk, and checks what came out. */
async function stage(archive: string, staged: string): Promise<BackupNote> {
  await mkdir(staged, { mode: FOLDER_MODE })
  const progress = startProgress()
  let files = 0
  let bytes = 0
  try {
    const note = await unpack(archive, staged, (added) => {
      files++
      bytes += added
      const done = formatSize(bytes)
      progress.update(
        say({ zh: `正在解包：${files} 个文件，${done}`, en: `Unpacking: ${files} files, ${done}` }),
      )
    })
    progress.update(say({ zh: '正在检查数据库', en: 'Checking the database' }))
    checkDatabase(databaseFile(staged), archive)
    return note
  } finally {
    progress.end()
  }
}

/**
 * Moves the old content aside and the new one in, or leaves all as it was.
 * @returns the folder that holds the old content; undefined when there was none
 */
async function putInPlace(
  dataDir: string,
  staged: string,
  old: readonly string[],
): Promise<string | undefined> {
  const aside = join(dataDir, `${ASIDE_PREFIX}${fileTime(Date.now())}`)
  if (old.length > 0) await mkdir(aside, { mode: FOLDER_MODE })
  const moves = [
    ...old.map((name) => [join(dataDir, name), join(aside, name)] as const),
    ...PARTS.filter((name) => existsSync(join(staged, name))).map(
      (name) => [join(staged, name), join(dataDir, name)] as const,
    ),
  ]
  const made: (readonly [string, string])[] = []
  try {
    for (const [from, to] of moves) {
      await rename(from, to)
      made.unshift([from, to])
    }
  } catch (error) {
    for (const [from, to] of made) await rename(to, from)
    if (old.length > 0) await rmdir(aside)
    throw error
  }
  await syncFolder(dataDir)
  return old.length > 0 ? aside : undefined
}

function tell(dataDir: string, { version, created_at }: BackupNote, aside: string | undefined): void {
  const made = shortTime(Date.parse(created_at) || 0)
  print(
    say({
      zh: `已将 ${made} 的备份（Parley ${version}）恢复到 ${dataDir}`,
      en: `The backup of ${made} (Parley ${version}) is restored into ${dataDir}`,
    }),
  )
  if (aside) print(say({ zh: `原有内容在 ${aside}`, en: `What was there before is in ${aside}` }))
}

function withoutSystemWords(dataDir: string, error: unknown): unknown {
  const reason = systemReason(error)
  if (reason === undefined) return error
  return new CommandError(
    {
      zh: `无法写入 DATA_DIR ${dataDir}（${reason}）`,
      en: `DATA_DIR ${dataDir} cannot be written (${reason})`,
    },
    error,
  )
}
