// The PostgreSQL and the Redis that all test files of a run share.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startPostgres } from './services/postgres.mjs'
import { redisVersion, startRedis } from './services/redis.mjs'

const versionProgram = fileURLToPath(new URL('services/postgres-version.ts', import.meta.url))

/**
 * Starts them; they end with this process or by `close()`. Without a Redis on this machine there is none.
 *
 * @param {string} bun path of Bun
 * @param {string} from `npm`, `system`, or the administrator's URL of a PostgreSQL that runs already
 * @returns {Promise<{ env: Record<string, string>, postgres: string, redis: string | undefined, close(): Promise<void> }>}
 *   what tests find them by, and the versions for people
 * @throws Error when the PostgreSQL does not start or does not answer
 */
export async function startTestServices(bun, from) {
  const [postgres, redis] = await Promise.all([
    from === 'npm' || from === 'system' ? startPostgres({ from }) : { url: from },
    redisVersion() ? startRedis() : undefined,
  ])
  return {
    env: {
      PARLEY_TEST_POSTGRES: postgres.url,
      PARLEY_TEST_POSTGRES_FROM: from === 'system' ? 'system' : 'npm',
      PARLEY_TEST_REDIS: redis?.url ?? '',
    },
    postgres: await versionOf(bun, postgres.url),
    redis: redisVersion(),
    async close() {
      await Promise.all([postgres.close?.(), redis?.close()])
    },
  }
}

async function versionOf(bun, url) {
  const child = spawn(bun, ['--no-env-file', versionProgram], {
    env: { ...process.env, PARLEY_TEST_POSTGRES: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (output += part))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`PostgreSQL does not answer: ${output.trim()}`)
  return output.trim()
}
