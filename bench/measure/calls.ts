import type { SQL } from 'bun'
import { formPost, load } from '../load.ts'
import { type Meter, spent } from './machine.ts'
import { EARLY, smallGroupOf, tokenOf } from './population.ts'

const CONNECTIONS = 64
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const CONTENT = '明天上午十点在三楼会议室开会，请带上材料。'

/** What is watched while a node works. */
export interface Meters {
  readonly main: Meter
  readonly all: Meter
  readonly redis: Meter
  readonly postgres: Meter
}

/** µs by meter. */
export type Spent = Record<keyof Meters, number>

const post = (uid: number, path: string, parameters: Record<string, string | number>): Buffer =>
  formPost(
    `/web/${path}`,
    { authorization: `Bearer ${tokenOf(uid)}` },
    new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)])).toString(),
  )

/** A person writes to the next one. */
const toNeighbour = (uid: number): Buffer =>
  post(uid, 'message/send', { to: uid + 1, type: 'friend', content: CONTENT })

const perCall = (us: Spent, calls: number): Spent => ({
  main: us.main / calls,
  all: us.all / calls,
  redis: us.redis / calls,
  postgres: us.postgres / calls,
})

/** Runs a load, each connection with people of its own, and tells what a call costs. */
async function loaded(
  port: number,
  meters: Meters,
  requestOf: (uid: number) => Buffer,
  connections = CONNECTIONS,
) {
  const requests = Array.from({ length: EARLY }, (_, i) => requestOf(i + 1))
  const turns = Array.from({ length: connections }, (_, i) => i)
  const request = (connection: number) => {
    const turn = turns[connection]!
    turns[connection] = (turn + connections) % EARLY
    return requests[turn]!
  }
  const { us, result } = await spent(meters, () => load({ port, connections, seconds: SECONDS, request }))
  if (result.failures > 0) throw new Error(`${result.failures} calls failed`)
  return { us: perCall(us, result.total), perSecond: result.requestsPerSecond, p50: result.p50 }
}

/** Has every one of the people call once or more often, so that caches are filled. */
async function warm(port: number, requestOf: (uid: number) => Buffer): Promise<void> {
  let next = 0
  const request = () => requestOf((next++ % EARLY) + 1)
  while (next < EARLY) await load({ port, connections: CONNECTIONS, seconds: 1, request })
}

/** A page of a chat. */
export async function measurePages(port: number, meters: Meters) {
  const pageOf = (uid: number) => post(uid, 'message/get', { id: uid + 1, type: 'friend' })
  await warm(port, pageOf)
  return loaded(port, meters, pageOf)
}

/** What a page costs beside that when it marks messages as read. */
export async function measureMarks(port: number, meters: Meters, sql: SQL): Promise<Spent> {
  const readers = Array.from({ length: EARLY }, (_, i) => i + 2)
  const read = () =>
    inTurns(readers, async (uid) => {
      const path = `/web/message/get?id=${uid - 1}&type=friend`
      const headers = { authorization: `Bearer ${tokenOf(uid)}` }
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      const { code } = (await answer.json()) as { code: number }
      if (code !== 0) throw new Error(`message/get answered ${code}`)
    })
  await read()
  const without = await spent(meters, read)
  await sql`update membership set read_seq = 0, read_counted = 0 where uid <= ${EARLY + 1}`
  const marking = await spent(meters, read)
  const more = (name: keyof Spent) => Math.max(0, marking.us[name] - without.us[name]) / EARLY
  return { main: more('main'), all: more('all'), redis: more('redis'), postgres: more('postgres') }
}

/** Does something for each of many, as many at once as there are connections. */
async function inTurns<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
}

/** The chat list and what comes with it. */
export async function measureLists(port: number, meters: Meters) {
  const listOf = (uid: number) => post(uid, 'pop/get', {})
  await warm(port, listOf)
  return loaded(port, meters, listOf)
}

/** How many messages there are, in how many transactions they came, and where the database's log ends. */
async function databaseState(sql: SQL) {
  const [row] = await sql`
    select count(*)::float8 as messages, count(distinct xmin::text)::float8 as batches,
      pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as wal,
      pg_total_relation_size('message')::float8 as size
    from message`
  return row as { messages: number; batches: number; wal: number; size: number }
}

/** Sends as fast as a number of connections can: the more there are, the larger are the batches. */
export async function measureSends(port: number, meters: Meters, sql: SQL, connections = CONNECTIONS) {
  await warm(port, toNeighbour)
  // As the autovacuum does within a minute on a site that runs.
  await sql`analyze message`
  const before = await databaseState(sql)
  const sends = await loaded(port, meters, toNeighbour, connections)
  const after = await databaseState(sql)
  const messages = after.messages - before.messages
  return {
    ...sends,
    batch: messages / (after.batches - before.batches),
    walBytes: (after.wal - before.wal) / messages,
    storedBytes: (after.size - before.size) / messages,
  }
}

/** Sends into one group from 64 connections spread over the nodes. @returns messages a second */
export async function measureHotGroup(ports: readonly number[]): Promise<number> {
  const gid = smallGroupOf(1)
  const connections = CONNECTIONS / ports.length
  const results = await Promise.all(
    ports.map((port, index) =>
      load({
        port,
        connections,
        seconds: SECONDS,
        request: (connection) =>
          post(((index * connections + connection) % 50) + 1, 'message/send', {
            to: gid,
            type: 'group',
            content: CONTENT,
          }),
      }),
    ),
  )
  if (results.some(({ failures }) => failures > 0)) throw new Error('sends to a group failed')
  return results.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0)
}
