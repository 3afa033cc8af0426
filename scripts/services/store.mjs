// @ts-check
// A real S3 store (npm's s3rver) with one bucket, for tests and for trying out. It knows one key and does not check
// signatures of version 4.
import { fileURLToPath } from 'node:url'
import { Service } from './service.mjs'

const PROGRAM = fileURLToPath(new URL('store-program.mjs', import.meta.url))
/** The one key that s3rver knows, and its secret. */
const KEY = 'S3RVER'
const PROBE_MS_MAX = 10_000

/** @param {number} port */
async function answers(port) {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(PROBE_MS_MAX) })
    return true
  } catch {
    return false
  }
}

/**
 * Starts an empty one. Nothing stays behind, whatever happens to this process.
 *
 * @param {{ bucket?: string, port?: number }} [options] any free port unless given
 * @returns {Promise<Service & { endpoint: string, bucket: string, env: Record<string, string> }>} `env` has the
 *   variables with which a site uses it
 * @throws Error when it does not start
 */
export async function startStore({ bucket = 'parley-files', port = 0 } = {}) {
  const service = new Service({
    name: 'store',
    account: undefined,
    stopSignal: 'SIGTERM',
    dropSignal: 'SIGKILL',
    command: (folder, port) => [process.execPath, PROGRAM, folder, bucket, String(port)],
    isReady: (_, port) => answers(port),
  })
  try {
    await service.start(port)
  } catch (error) {
    await service.close()
    throw error
  }
  const endpoint = `http://127.0.0.1:${service.port}`
  const env = {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: KEY,
    S3_SECRET_ACCESS_KEY: KEY,
  }
  return Object.assign(service, { endpoint, bucket, env })
}
