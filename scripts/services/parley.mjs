// @ts-check
// A node of Parley in a process and a temporary folder of its own, for tests, measurements and for trying out.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Service } from './service.mjs'

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const BUN = join(repository, 'node_modules/bun/bin/bun.exe')
const MAIN = join(repository, 'packages/server/src/main.ts')
const PROBE_MS_MAX = 10_000

/**
 * Starts a node. Nothing stays behind, whatever happens to this process.
 *
 * @param {Record<string, string>} environment its configuration; HOST, PORT and DATA_DIR are set here
 * @param {{ port?: number }} [options] any free port unless given
 * @returns {Promise<Service & { url: string }>}
 * @throws Error with the end of its log, when it does not start
 */
export async function startParley(environment, { port = 0 } = {}) {
  const service = new Service({
    name: 'node',
    account: undefined,
    stopSignal: 'SIGTERM',
    dropSignal: 'SIGKILL',
    command: () => [BUN, MAIN, 'start'],
    environment: (folder, port) => ({
      ...environment,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: join(folder, 'data'),
    }),
    isReady: (_, port) => answers(port),
  })
  try {
    await service.start(port)
  } catch (error) {
    await service.close()
    throw error
  }
  return Object.assign(service, { url: `http://127.0.0.1:${service.port}` })
}

/** @param {number} port */
async function answers(port) {
  try {
    const signal = AbortSignal.timeout(PROBE_MS_MAX)
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal })
    return response.ok
  } catch {
    return false
  }
}
