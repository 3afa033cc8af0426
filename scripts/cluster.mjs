#!/usr/bin/env node
// @ts-check
// A whole site of several nodes on this machine, for trying out: `npm run cluster`.
//
//   npm run cluster                            three nodes behind port 6060
//   npm run cluster -- --nodes 5 --port 8080   the nodes take the ports after it
//
// It starts PostgreSQL (npm's), Redis (installed on this machine), an S3 store and the nodes. Ctrl+C ends all of it;
// nothing is kept.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { buildIfNeeded } from '../packages/web/scripts/build.mjs'
import { startBalancer } from './services/balancer.mjs'
import { startParley } from './services/parley.mjs'
import { startPostgres } from './services/postgres.mjs'
import { hasRedis, startRedis } from './services/redis.mjs'
import { startStore } from './services/store.mjs'

const NODES_MAX = 20

/** @param {string} line */
function fail(line) {
  process.stderr.write(`cluster: ${line}\n`)
  process.exit(1)
}

/** @param {string} name @param {string} text @param {number} max */
function wholeNumber(name, text, max) {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > max) fail(`--${name} is ${JSON.stringify(text)}: it may be 1 to ${max}`)
  return value
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { nodes: { type: 'string', default: '3' }, port: { type: 'string', default: '6060' } },
    })
    const nodes = wholeNumber('nodes', values.nodes, NODES_MAX)
    return { nodes, port: wholeNumber('port', values.port, 65535 - nodes) }
  } catch (error) {
    return fail(/** @type {Error} */ (error).message)
  }
}

/** @param {string} prefix */
const secret = (prefix) => prefix + randomBytes(18).toString('base64url')

const { nodes: count, port } = /** @type {{ nodes: number, port: number }} */ (readArguments())
if (!hasRedis())
  fail(
    'neither redis-server nor valkey-server is installed (Debian: apt-get install redis-server; macOS: brew install redis)',
  )

/** What is running, in the order in which it was started. @type {Array<{ close(): unknown }>} */
const running = []

async function stop() {
  for (const service of running.splice(0).reverse()) await service.close()
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    process.stdout.write('\nStopping …\n')
    await stop()
    process.exit(0)
  })
}

/** @template {{ close(): unknown }} Started @param {Promise<Started>} starting */
async function keep(starting) {
  const started = await starting
  running.push(started)
  return started
}

try {
  await buildIfNeeded()
  process.stdout.write('Starting PostgreSQL, Redis, an S3 store and the nodes …\n')
  const [postgres, redis, store] = await Promise.all([
    keep(startPostgres()),
    keep(startRedis()),
    keep(startStore()),
  ])
  const key = secret('pk_')
  const password = secret('')
  const environment = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    ...store.env,
    API_KEY: key,
    ADMIN_USERNAME: 'admin',
    ADMIN_PASSWORD: password,
    PUBLIC_URL: `http://localhost:${port}`,
    LOG_LEVEL: 'warn',
  }
  // One after the other, as a rolling start does: the first brings the database up to date.
  const nodes = []
  for (let number = 1; number <= count; number++) {
    nodes.push(await keep(startParley(environment, { port: port + number })))
  }
  const balancer = await startBalancer(
    port,
    nodes.map((node) => node.port),
  )
  running.push({ close: () => balancer.close() })
  const lines = [
    `Parley with ${count} nodes is ready: http://localhost:${port} (each connection goes to the next node)`,
    ...nodes.map(({ url, pid }, index) => `  Node ${index + 1}: ${url} (process ${pid})`),
    `  Administrator: admin, password ${password}`,
    `  Server key: ${key} (for /api, see http://localhost:${port}/docs)`,
    `  PostgreSQL: ${postgres.url}`,
    `  Redis: ${redis.url}`,
    '  Ctrl+C stops it; nothing is kept',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
} catch (error) {
  await stop()
  fail(/** @type {Error} */ (error).message)
}
