// @ts-check
// A real Redis (or Valkey) that keeps nothing, for tests and for trying out.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { Service } from './service.mjs'

/** How long one answer may take while it starts. */
const PROBE_MS_MAX = 10_000
const PROGRAMS = ['redis-server', 'valkey-server']

/** @returns {string | undefined} path of the program */
function program() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => PROGRAMS.map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** Whether a Redis or Valkey is installed on this machine. */
export const hasRedis = () => program() !== undefined

/** @returns {string | undefined} the version that is installed, `Redis 7.0.15` */
export function redisVersion() {
  const file = program()
  if (!file) return undefined
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
  const [, name = file, version = ''] = /^(\w+).*? v=(\S+)/.exec(stdout) ?? []
  return `${name} ${version}`
}

/**
 * Starts an empty one. Nothing stays behind, whatever happens to this process.
 *
 * @param {{ port?: number }} [options] any free port unless given
 * @returns {Promise<Service & { url: string }>}
 * @throws Error when it is not installed or does not start
 */
export async function startRedis({ port = 0 } = {}) {
  const file = program()
  if (!file) throw new Error(`neither ${PROGRAMS.join(' nor ')} is installed (apt-get install redis-server)`)
  const service = new Service({
    name: 'redis',
    account: undefined,
    stopSignal: 'SIGTERM',
    dropSignal: 'SIGKILL',
    command: (folder, port) => [
      file,
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    ],
    // Another one may have the port.
    isReady: async (_, port, pid) => (await ask(port, 'INFO server')).includes(`process_id:${pid}\r\n`),
  })
  try {
    await service.start(port)
  } catch (error) {
    await service.close()
    throw error
  }
  return Object.assign(service, { url: `redis://127.0.0.1:${service.port}` })
}

/**
 * @param {number} port
 * @param {string} command
 * @returns {Promise<string>} the beginning of the answer, '' when there is none
 */
function ask(port, command) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.once('data', (answer) => {
      resolve(answer.toString())
      socket.destroy()
    })
    socket.setTimeout(PROBE_MS_MAX, () => socket.destroy())
    socket.once('error', () => resolve(''))
    socket.once('close', () => resolve(''))
  })
}
