import Redis from 'ioredis'
import { startParley } from '../scripts/services/parley.mjs'
import { startPostgres } from '../scripts/services/postgres.mjs'
import { startRedis } from '../scripts/services/redis.mjs'
import { formPost, type LoadResult, load } from './load.ts'
import { call, KEY, type Node } from './node.ts'
import { firstLine } from './site.ts'

/*
 * `npm run bench:cluster`: sends on PostgreSQL with one node and with three, and how long a message takes from one node
 * to a socket on another, each beside a floor of the same run. On a machine with few cores the nodes, PostgreSQL,
 * Redis and the load share them: three nodes then show that they do not hinder each other, not that they scale.
 */

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const CONNECTIONS = 66
const PEOPLE = 99
const NODES = 3
/** Messages whose way is measured, and the pause between them. */
const PROBES = 2000
const PROBE_EVERY_MS = 3
const PASSWORD = 'bench-password'

const note = (what: string, value: string) => console.log(`${what.padEnd(58)} ${value}`)
const thousands = (value: number) => Math.round(value).toLocaleString('en')
const describe = ({ requestsPerSecond, p50, p99 }: Omit<LoadResult, 'total' | 'requests' | 'failures'>) =>
  `${thousands(requestsPerSecond)} req/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`

const sendBody = (from: number, to: number) =>
  new URLSearchParams({
    login_uid: String(from),
    to: String(to),
    type: 'friend',
    content: '明天上午十点在三楼会议室开会，请带上材料。',
  }).toString()

async function sendFloor(databaseUrl: string): Promise<LoadResult> {
  const child = Bun.spawn([process.execPath, new URL('./floor-postgres.ts', import.meta.url).pathname], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdout: 'pipe',
  })
  const port = Number(await firstLine(child))
  const request = formPost('/', {}, sendBody(1, 2))
  const result = await load({ port, connections: CONNECTIONS, seconds: SECONDS, request: () => request })
  child.kill()
  return result
}

/** Loads several nodes at once, each with its share of the connections. */
async function sends(nodes: readonly Node[], uids: readonly number[]) {
  const requests = uids.map((uid, i) =>
    formPost('/api/message/send', { 'x-api-key': KEY }, sendBody(uid, uids[(i + 1) % uids.length]!)),
  )
  const connections = CONNECTIONS / nodes.length
  const results = await Promise.all(
    nodes.map(({ port }, index) =>
      load({
        port,
        connections,
        seconds: SECONDS,
        request: (i) => requests[(index * connections + i) % requests.length]!,
      }),
    ),
  )
  const failures = results.reduce((sum, result) => sum + result.failures, 0)
  if (failures > 0) throw new Error(`${failures} sends failed`)
  return {
    requestsPerSecond: results.reduce((sum, result) => sum + result.requestsPerSecond, 0),
    p50: Math.max(...results.map(({ p50 }) => p50)),
    p99: Math.max(...results.map(({ p99 }) => p99)),
  }
}

/** How long things took, in ms. */
class Times {
  readonly #times: number[] = []

  add(ms: number): void {
    this.#times.push(ms)
  }

  get count(): number {
    return this.#times.length
  }

  toString(): string {
    const sorted = this.#times.toSorted((a, b) => a - b)
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(2)
    return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${sorted.at(-1)!.toFixed(2)} ms`
  }
}

/** Does something again and again at an even pace; resolves when everything that was begun has arrived. */
async function probes(times: Times, begin: (serial: number) => void): Promise<Times> {
  for (let serial = 0; serial < PROBES; serial++) {
    begin(serial)
    await Bun.sleep(PROBE_EVERY_MS)
  }
  const deadline = performance.now() + 5000
  while (times.count < PROBES) {
    if (performance.now() > deadline) throw new Error(`${PROBES - times.count} of ${PROBES} did not arrive`)
    await Bun.sleep(PROBE_EVERY_MS)
  }
  return times
}

async function redisFloor(url: string): Promise<Times> {
  const [to, from] = [new Redis(url), new Redis(url)]
  const begun: number[] = []
  const times = new Times()
  await from.subscribe('floor')
  from.on('message', (_, serial) => times.add(performance.now() - begun[Number(serial)]!))
  await probes(times, (serial) => {
    begun[serial] = performance.now()
    void to.publish('floor', String(serial))
  })
  to.disconnect()
  from.disconnect()
  return times
}

async function signIn(node: Node, username: string): Promise<string> {
  const body = new URLSearchParams({ username, password: PASSWORD })
  const response = await fetch(`${node.url}/web/login/check`, { method: 'POST', body })
  return ((await response.json()) as any).data.token
}

interface Way {
  readonly from: Node
  readonly to: Node
  readonly sender: number
  readonly reader: { readonly uid: number; readonly token: string }
}

/** From the request on one node to the frame on a socket of the other: stored, committed and pushed. */
async function delivery({ from, to, sender, reader }: Way): Promise<Times> {
  const { pusher_key } = await call(to, 'pop/getsetting')
  const socket = new WebSocket(`${to.url.replace('http', 'ws')}/app/${pusher_key}?token=${reader.token}`)
  const begun = new Map<string, number>()
  const times = new Times()
  const { promise: listening, resolve } = Promise.withResolvers<void>()
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data) as { event: string; data: string }
    if (frame.event === 'pusher:connection_established') {
      socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel: `user-${reader.uid}` } }))
    } else if (frame.event === 'pusher_internal:subscription_succeeded') resolve()
    else if (frame.event === 'message') {
      const at = begun.get(JSON.parse(frame.data).content)
      if (at !== undefined) times.add(performance.now() - at)
    }
  }
  await listening
  await probes(times, (serial) => {
    const content = `${from.port} ${serial}`
    begun.set(content, performance.now())
    void call(from, 'message/send', { login_uid: sender, to: reader.uid, type: 'friend', content })
  })
  socket.close()
  return times
}

async function settle(node: Node): Promise<number[]> {
  const unlimited = { rate_login: '100000/1', rate_send: '100000/1', rate_call: '100000/1' }
  await call(node, 'admin/setsettings', unlimited)
  const add = async (_: unknown, i: number) => {
    const username = `bench${i}`
    const { uid } = await call(node, 'user/add', {
      username,
      nickname: username,
      password: PASSWORD,
      avatar: '',
    })
    return uid as number
  }
  return Promise.all(Array.from({ length: PEOPLE }, add))
}

const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
const nodes: Node[] = []
try {
  note('floor: one INSERT and commit per request, bare runtime', describe(await sendFloor(postgres.url)))
  const floor = await sendFloor(postgres.url)
  note('  again, warm', describe(floor))
  const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, API_KEY: KEY, LOG_LEVEL: 'warn' }
  nodes.push(await startParley(environment))
  const uids = await settle(nodes[0]!)
  const one = await sends(nodes, uids)
  note(`message/send, 1 node, ${CONNECTIONS} connections, committed`, describe(one))
  note('  ratio to the floor', (one.requestsPerSecond / floor.requestsPerSecond).toFixed(2))
  while (nodes.length < NODES) nodes.push(await startParley(environment))
  const three = await sends(nodes, uids)
  note(`message/send, ${NODES} nodes, ${CONNECTIONS} connections, committed`, describe(three))
  note('  ratio to the floor', (three.requestsPerSecond / floor.requestsPerSecond).toFixed(2))

  note(`floor: Redis alone, publish to subscriber, ${PROBES} times`, String(await redisFloor(redis.url)))
  const [near, far] = nodes as [Node, Node]
  const reader = { uid: uids[1]!, token: await signIn(near, 'bench1') }
  const sender = uids[0]!
  note('send to frame, both on one node', String(await delivery({ from: near, to: near, sender, reader })))
  note(
    'send on one node to frame on another',
    String(await delivery({ from: near, to: far, sender, reader })),
  )
} finally {
  await Promise.all(nodes.map((node) => node.close()))
  await Promise.all([postgres.close(), redis.close()])
}
