import { AppError } from '@parley/contract'
import { createServices, type Services, VERSION } from '../app.ts'
import { ClusterError } from '../cluster/index.ts'
import { type Config, ConfigError, loadConfig } from '../config.ts'
import { log, setLogLevel } from '../log.ts'
import { StoreError } from '../media/index.ts'
import { type RunningServer, startServer } from '../serve.ts'
import { DatabaseError, FIRST_MIGRATION } from '../storage/index.ts'
import { bannerLines } from './banner.ts'
import { CommandError, systemReason } from './failure.ts'
import { fileStoreFailure } from './file-store.ts'
import { say } from './language.ts'
import { markUsed, requireWholeImport } from './migrate-data/import-record.ts'
import { print } from './output.ts'
import { type Claim, claimDataFolder, runningServer } from './running.ts'
import { databaseFailure, dataFolderFailure, prepareDataFolder } from './site.ts'
import { listenToSignals } from './stopping.ts'

/** `parley start`: runs until a signal ends it. */
export async function start(): Promise<never> {
  const signals = listenToSignals()
  const config = loadConfig()
  setLogLevel(config.logLevel)
  // Before anything is made: a first start that fails should be the first start again.
  requireFreePort(config)
  await prepareDataFolder(config.dataDir)
  const claim = await takeFolder(config)
  const services = await open(config)
  const server = await listen(config, services)
  signals.serve({
    reload: () => services.reload(),
    async close() {
      await server.close()
      await claim.release()
    },
  })
  watchFailures()
  await claim.announce()
  greet(services, server)
  return new Promise(() => {})
}

/** What nobody has caught goes to the log, not as a stack trace to whoever watches. */
function watchFailures(): void {
  // One call that went wrong unheard is no reason to throw everybody out.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled_rejection'))
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught_exception')
    process.exit(1)
  })
}

function greet({ config, db }: Services, server: RunningServer): void {
  const lines = bannerLines({
    version: VERSION,
    url: config.publicUrl ?? server.url,
    dataDir: config.dataDir,
    isFirst: db.migrated.includes(FIRST_MIGRATION),
    setupToken: server.setupToken,
    keyFile: server.serverKeyFile,
  })
  for (const line of lines) print(line)
  log.debug({ port: server.port }, 'listening')
}

async function takeFolder({ dataDir }: Config): Promise<Claim> {
  const claim = claimDataFolder(dataDir)
  if (claim) return claim
  const pid = await runningServer(dataDir)
  const process = pid === undefined ? '' : say({ zh: `（进程 ${pid}）`, en: ` (process ${pid})` })
  throw new CommandError({
    zh: `DATA_DIR ${dataDir} 正被另一个 Parley 服务器${process}使用：请先停止它，或把 DATA_DIR 设为其他文件夹`,
    en: `DATA_DIR ${dataDir} is in use by another Parley server${process}: stop it, or set DATA_DIR to another folder`,
  })
}

async function open(config: Config): Promise<Services> {
  try {
    await requireWholeImport(config.postgres)
    const services = await createServices(config)
    await markUsed(config.postgres)
    return services
  } catch (error) {
    throw openFailure(config, error)
  }
}

function openFailure(config: Config, error: unknown): unknown {
  if (error instanceof StoreError) return fileStoreFailure(config, error)
  if ([ConfigError, AppError, CommandError].some((known) => error instanceof known)) return error
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ClusterError) return clusterFailure(message)
  // Kysely's migrator fails with errors of its own.
  if (error instanceof DatabaseError || message.includes('migration')) {
    return databaseFailure(config, error)
  }
  if (systemReason(error) !== undefined) return dataFolderFailure(config.dataDir, error)
  return new CommandError({ zh: `无法启动：${message}`, en: `cannot start: ${message}` }, error)
}

/** @param message where Redis should be and why it does not answer */
const clusterFailure = (message: string): ConfigError =>
  new ConfigError(
    'REDIS_URL',
    say({
      zh: `指向的 Redis 没有应答（${message}）：请检查地址和密码，并确认 Redis 正在运行`,
      en: `leads to a Redis that does not answer (${message}): check address and password, and that it runs`,
    }),
  )

async function listen(config: Config, services: Services): Promise<RunningServer> {
  try {
    return await startServer(services)
  } catch (error) {
    throw listenFailure(config, error)
  }
}

/** Opens the port for a moment. @throws ConfigError when that fails */
function requireFreePort(config: Config): void {
  try {
    Bun.serve({ hostname: config.host, port: config.port, fetch: () => new Response(null) }).stop(true)
  } catch (error) {
    throw listenFailure(config, error)
  }
}

function listenFailure({ port, host }: Config, error: unknown): unknown {
  switch ((error as { code?: string }).code) {
    case 'EADDRINUSE':
      return new ConfigError(
        'PORT',
        say({
          zh: `${port} 已被占用：请把 PORT 设为其他端口`,
          en: `${port} is taken: set PORT to another one`,
        }),
      )
    case 'EACCES':
    case 'EPERM':
      return new ConfigError(
        'PORT',
        say({
          zh: `${port} 没有权限打开：请把 PORT 设为 1024 以上的端口`,
          en: `${port} may not be opened by this user: set PORT to one above 1023`,
        }),
      )
    default:
      // A name that cannot be looked up comes with whatever code was left over from before.
      return (error as { syscall?: string }).syscall === 'listen' ? hostFailure(host) : error
  }
}

const hostFailure = (host: string): ConfigError =>
  new ConfigError(
    'HOST',
    say({
      zh: `“${host}”不是本机地址：请把 HOST 设为本机的地址，例如 0.0.0.0`,
      en: `${JSON.stringify(host)} is no address of this machine: set HOST to one, such as 0.0.0.0`,
    }),
  )
