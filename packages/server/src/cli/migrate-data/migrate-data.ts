import { type Config, ConfigError } from '../../config.ts'
import { Connection, DatabaseError } from '../../storage/index.ts'
import { VARIABLES } from '../../variables.ts'
import { databaseAddress } from '../database-address.ts'
import { CommandError } from '../failure.ts'
import { interruptible } from '../interruptions.ts'
import { say } from '../language.ts'
import { type Progress, startProgress } from '../progress.ts'
import { runningServer } from '../running.ts'
import { commandConfig, databaseFailure, requireDatabase } from '../site.ts'
import { copyTable, type Phase, type TableOutcome } from './copying.ts'
import { beginImport, finishImport } from './import-record.ts'
import { removeCopy, Source } from './source.ts'
import { summarize } from './summary.ts'
import { Target } from './target.ts'
import { requireFitting } from './target-checks.ts'

/** Statements under way at once: enough to hide the way to a server elsewhere. */
const CONNECTIONS = 4
/** No range takes nearly as long; the last step before the target counts as gone. */
const STATEMENT_MS_MAX = 600_000

/**
 * `parley migrate-data --to postgres://…`: makes a PostgreSQL database the same as the SQLite site of the data folder, as
 * that is at the moment. Changes nothing in the data folder, and may be repeated: what is the same already is left alone.
 */
export async function migrateData({ to }: { to: string }): Promise<void> {
  const config = commandConfig()
  const url = parseAddress(to)
  requireSqliteSite(config)
  const serverAtWork = (await runningServer(config.dataDir)) !== undefined
  const progress = startProgress()
  const cleanUp = () => removeCopy(config)
  const run = async () => {
    try {
      return await copy(config, url, progress)
    } catch (error) {
      throw targetFailure(url, error)
    } finally {
      progress.end()
      cleanUp()
    }
  }
  const { outcomes, textsReplaced } = await interruptible(cleanUp, run)
  summarize({ outcomes, textsReplaced, serverAtWork, dataDir: config.dataDir, name: databaseAddress(url) })
}

/** The address is never shown: it may hold a password. */
function parseAddress(text: string): string {
  const { success, data } = VARIABLES.DATABASE_URL.schema.safeParse(text)
  if (success && data !== undefined) return data
  const { may } = VARIABLES.DATABASE_URL
  throw new ConfigError('--to', `is not valid: it may be ${may}`)
}

function requireSqliteSite(config: Config): void {
  if (config.postgres) {
    throw new CommandError({
      zh: '已设置 DATABASE_URL，站点已在 PostgreSQL 上：要迁移 DATA_DIR 中的 SQLite 数据，请先取消该变量',
      en: 'DATABASE_URL is set, so the site is on PostgreSQL already: unset it to move the SQLite data of DATA_DIR',
    })
  }
  requireDatabase(config)
}

interface Copied {
  readonly outcomes: readonly TableOutcome[]
  readonly textsReplaced: number
}

async function copy(config: Config, url: string, progress: Progress): Promise<Copied> {
  const options = { url, isolation: 'read committed', statementMsMax: STATEMENT_MS_MAX } as const
  const connections = Array.from({ length: CONNECTIONS }, () => new Connection(options))
  const [first] = connections as [Connection]
  let source: Source | undefined
  try {
    // Before the copy is made, which may take its time: is there anything to copy to?
    await opening(config, url, () => first.run('select 1', []))
    progress.update(say({ zh: '正在复制数据库', en: 'Copying the database' }))
    source = await Source.open(config)
    await requireFitting(first, source, databaseAddress(url))
    await opening(config, url, () => Target.migrate(url))
    await beginImport(first, source.identity)
    const targets = connections.map((connection) => new Target(connection))
    const outcomes: TableOutcome[] = []
    for (const shape of source.tables) {
      const tell = (phase: Phase, done: number) => progress.update(`${shape.name}: ${phaseName(phase)}`, done)
      outcomes.push(await copyTable(source, targets, shape, tell))
    }
    // Plans that were made while the tables were empty serve full ones badly.
    await first.run('analyze', [])
    if (outcomes.every(({ same }) => same)) await finishImport(first)
    return { outcomes, textsReplaced: source.textsReplaced }
  } finally {
    source?.close()
    await Promise.all(connections.map((connection) => connection.close()))
  }
}

function phaseName(phase: Phase): string {
  switch (phase) {
    case 'comparing':
      return say({ zh: '比较', en: 'comparing' })
    case 'writing':
      return say({ zh: '写入', en: 'writing' })
    case 'verifying':
      return say({ zh: '核对', en: 'verifying' })
  }
}

/** Does something with which a use of the target begins. @throws CommandError when it fails: the address may be wrong */
async function opening(config: Config, url: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const postgres = { url, connectionsMax: CONNECTIONS }
    throw databaseFailure({ dataDir: config.dataDir, postgres }, error, '--to')
  }
}

/** What went wrong later, as a line for people. */
function targetFailure(url: string, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  const [name, reason] = [databaseAddress(url), error.message]
  return new CommandError(
    {
      zh: `数据库 ${name} 出错（${reason}）：重新运行此命令，会从中断处继续`,
      en: `the database ${name} failed (${reason}): run this again, it goes on where it stopped`,
    },
    error,
  )
}
