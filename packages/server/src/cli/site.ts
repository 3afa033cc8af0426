import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import { LocalBus } from '../cluster/index.ts'
import { type Config, ConfigError, loadConfig } from '../config.ts'
import { setLogLevel } from '../log.ts'
import { Credentials, ServerKeys, Sessions } from '../modules/accounts/index.ts'
import { Administrators } from '../modules/admin/index.ts'
import { Users } from '../modules/users/index.ts'
import { DATABASE_FILE, type Database, openDatabase } from '../storage/index.ts'
import { databaseAddress } from './database-address.ts'
import { CommandError, systemReason } from './failure.ts'
import { say } from './language.ts'
import { markUsed, requireWholeImport } from './migrate-data/import-record.ts'
import { tellServers } from './nodes.ts'

/** Messages are nobody's business but the server's own user's. */
const DATA_DIR_MODE = 0o700

/** The path of the SQLite file. */
export const databaseFile = (dataDir: string): string => join(dataDir, DATABASE_FILE)

/** What commands work with: accounts and keys, straight on the database, beside a server that may be running. */
export interface Site {
  readonly db: Database
  readonly users: Users
  readonly sessions: Sessions
  readonly credentials: Credentials
  readonly administrators: Administrators
  readonly keys: ServerKeys
}

/** The configuration for a command: what the server would log is silent, so that the output is the command's alone. */
export function commandConfig(): Config {
  setLogLevel('silent')
  return { ...loadConfig(), logLevel: 'silent' }
}

/**
 * Makes the data folder if it is missing, readable for its owner only.
 * @throws ConfigError DATA_DIR when the folder cannot be made or written
 */
export async function prepareDataFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: DATA_DIR_MODE })
    await access(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw dataFolderFailure(dataDir, error)
  }
}

/** Why the data folder cannot be used, as a line for people. */
export function dataFolderFailure(dataDir: string, error: unknown): ConfigError {
  const [folder, reason] = [JSON.stringify(dataDir), systemReason(error) ?? String(error)]
  const text = say({
    zh: `${folder} 无法写入（${reason}）：请把 DATA_DIR 设为其他文件夹`,
    en: `${folder} cannot be written (${reason}): set DATA_DIR to another folder`,
  })
  return new ConfigError('DATA_DIR', text)
}

/** @throws CommandError when there is no database in the data folder: the command would speak of an empty site */
export function requireDatabase({ dataDir, postgres }: Config): void {
  if (postgres || existsSync(databaseFile(dataDir))) return
  throw new CommandError({
    zh: `DATA_DIR 是 ${JSON.stringify(dataDir)}，其中没有数据库：请把 DATA_DIR 设为服务器所用的文件夹`,
    en: `DATA_DIR is ${JSON.stringify(dataDir)}, which holds no database: set DATA_DIR to the folder of the server`,
  })
}

/**
 * For commands that copy the SQLite file.
 * @throws CommandError when the site's database is another one
 */
export function requireSqlite({ postgres }: Config): void {
  if (!postgres) return
  throw new CommandError({
    zh: '数据库由 DATABASE_URL 指定，请用 PostgreSQL 自带的工具备份与恢复（pg_dump、pg_basebackup；见 docs/operations.md）',
    en: 'the database is the one of DATABASE_URL: back it up and restore it with the tools of PostgreSQL (pg_dump, pg_basebackup; see docs/operations.md)',
  })
}

/**
 * Opens the database, bringing its schema up to date.
 * @throws CommandError with one line that says what to do
 */
export async function openSiteDatabase(config: Config): Promise<Database> {
  try {
    await requireWholeImport(config.postgres)
    return await openDatabase(config)
  } catch (error) {
    throw error instanceof CommandError ? error : databaseFailure(config, error)
  }
}

type Place = Pick<Config, 'dataDir' | 'postgres'>

/** The database as people know it: without name and password. */
function databaseName({ dataDir, postgres }: Place): string {
  return postgres ? databaseAddress(postgres.url) : databaseFile(dataDir)
}

/**
 * What went wrong with opening the database, as a line for people.
 * @param given where its address was given, if it has one
 */
export function databaseFailure(
  place: Place,
  error: unknown,
  given: 'DATABASE_URL' | '--to' = 'DATABASE_URL',
): CommandError {
  const message = error instanceof Error ? error.message : String(error)
  const name = databaseName(place)
  // Kysely's words for a migration that has run but is not among ours.
  if (message.includes('corrupted migrations')) {
    return new CommandError(
      {
        zh: `数据库 ${name} 由更新版本的 Parley 创建：请升级 Parley`,
        en: `the database ${name} was made by a newer version of Parley: update Parley`,
      },
      error,
    )
  }
  const [zh, en] = place.postgres
    ? [`请检查 ${given} 中的地址、库名、用户名和密码`, `check address, name, user and password in ${given}`]
    : ['请检查该文件，或把 DATA_DIR 设为其他文件夹', 'check that file, or set DATA_DIR to another folder']
  return new CommandError(
    {
      zh: `无法打开数据库 ${name}（${message}）：${zh}`,
      en: `the database ${name} cannot be opened (${message}): ${en}`,
    },
    error,
  )
}

function assemble(db: Database): Site {
  const common = { db, invalidations: new LocalBus(), clock: systemClock }
  const users = new Users(common)
  const sessions = new Sessions({ ...common, users })
  users.onDisabled((uid) => sessions.endAll(uid))
  return {
    db,
    users,
    sessions,
    credentials: new Credentials({ db, users, sessions }),
    administrators: new Administrators({ db, users }),
    keys: new ServerKeys(common),
  }
}

interface SiteOptions {
  /** Whether a missing database is made: for commands that may come before the first start. */
  readonly create: boolean
}

/** Runs work on the site's database and closes it, well or not. */
export async function withSite<Result>(
  { create }: SiteOptions,
  work: (site: Site) => Promise<Result>,
): Promise<Result> {
  const config = commandConfig()
  if (create) await prepareDataFolder(config.dataDir)
  else requireDatabase(config)
  const db = await openSiteDatabase(config)
  try {
    return await work(assemble(db))
  } finally {
    await db.close()
  }
}

/** As {@link withSite}, for work that changes something: running servers are told afterwards. */
export async function changeSite<Result>(
  options: SiteOptions,
  work: (site: Site) => Promise<Result>,
): Promise<Result> {
  const result = await withSite(options, work)
  const config = loadConfig()
  await markUsed(config.postgres)
  await tellServers(config)
  return result
}
