import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { SETTING_NAMES } from '@parley/contract'
import { SQL } from 'bun'
import { startParley } from '../../../../scripts/services/parley.mjs'
import { hasRedis, newPostgresDatabase, testRedis, uniqueName } from '../services.ts'
import { Crowd } from './crowd.ts'

/*
 * Three nodes and one PostgreSQL, and everybody does everything at the same time. Whatever comes first: nothing that was
 * acknowledged is lost or there twice, the logs have no gap, the groups make sense, and nobody has waited for a deadlock.
 */

const LOAD_MS = Number(process.env.PARLEY_MIXED_LOAD_SECONDS ?? 60) * 1000
const CLIENTS = 3 * 8
const PEOPLE = 12
const KEY = 'mixed-load-server-key'
/** The longest that any call may take, ms. */
const CALL_MS_MAX = 5000

setDefaultTimeout(LOAD_MS + 300_000)

type Node = Awaited<ReturnType<typeof startParley>>

const nodes: Node[] = []
let database: Awaited<ReturnType<typeof newPostgresDatabase>>
let sql: SQL
let crowd: Crowd

async function call(path: string, fields: Record<string, string>): Promise<any> {
  const body = new URLSearchParams(fields)
  const headers = { 'x-api-key': KEY }
  const response = await fetch(`${nodes[0]!.url}/api/${path}`, { method: 'POST', body, headers })
  const { code, msg, data } = (await response.json()) as any
  if (code !== 0) throw new Error(`${path}: ${code} ${msg}`)
  return data
}

/** Writes that the nodes made again because another one got in their way. */
async function retriedWrites(): Promise<number> {
  const texts = await Promise.all(nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))
  const counts = texts.map((text) => Number(/^parley_writes_retried (\d+)$/m.exec(text)![1]))
  return counts.reduce((sum, count) => sum + count, 0)
}

beforeAll(async () => {
  database = await newPostgresDatabase()
  const environment = {
    DATABASE_URL: database.url,
    DATABASE_POOL: '20',
    ...(hasRedis ? { REDIS_URL: await testRedis(), REDIS_PREFIX: uniqueName() } : {}),
    API_KEY: KEY,
    LOG_LEVEL: 'error',
  }
  nodes.push(...(await Promise.all([1, 2, 3].map(() => startParley(environment)))))
  sql = new SQL(database.url, { max: 1 })
  const rates = SETTING_NAMES.filter((name) => name.startsWith('rate_')).map((name) => [name, '100000/1'])
  await call('admin/setsettings', Object.fromEntries(rates))
  const uids: number[] = []
  for (let n = 1; n <= PEOPLE; n++) {
    const fields = { username: `person${n}`, nickname: `Person ${n}`, password: 'secret-1', avatar: '' }
    uids.push((await call('user/add', fields)).uid)
  }
  crowd = new Crowd(nodes, KEY, uids)
  const retriedBefore = await retriedWrites()
  await crowd.act(CLIENTS, performance.now() + LOAD_MS)
  const retried = (await retriedWrites()) - retriedBefore
  const { calls } = crowd
  const lines = [...crowd.answers].map(
    ([path, codes]) => `  ${path}: ${[...codes].map(([code, count]) => `${count}× ${code}`).join(', ')}`,
  )
  process.stdout.write(
    `${calls} calls in ${LOAD_MS / 1000} s, ${crowd.acknowledged.length} sends acknowledged, ` +
      `${retried} writes retried (${((retried * 1000) / calls).toFixed(1)} in 1000 calls), ` +
      `slowest ${crowd.slowest.path} ${Math.round(crowd.slowest.ms)} ms\n${lines.join('\n')}\n`,
  )
})

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await sql.close()
  await database.drop()
})

test('every call was answered: no error of the server, and none took long', () => {
  expect(crowd.faults).toEqual([])
  expect(crowd.slowest.ms).toBeLessThan(CALL_MS_MAX)
  // It was the load that it claims to be.
  for (const [path, codes] of crowd.answers) expect([path, codes.get(0) ?? 0]).not.toEqual([path, 0])
})

test('every acknowledged message is in its log once, at the place that was acknowledged', async () => {
  expect(crowd.torn).toEqual([])
  const rows: any[] = await sql`
    select m.mid, m.seq, m.from_uid, m.content, m.removed, c.kind, c.low, c.high
    from message m join conversation c on c.id = m.conversation_id`
  const byMid = new Map(rows.map((row) => [Number(row.mid), row]))
  for (const { mid, seq, uid, type, id, content } of crowd.acknowledged) {
    const row = byMid.get(mid)
    const parties = type === 'group' ? [id, 0] : [Math.min(uid, id), Math.max(uid, id)]
    expect([mid, Number(row?.seq), Number(row?.from_uid), row?.kind]).toEqual([mid, seq, uid, type])
    expect([Number(row.low), Number(row.high)]).toEqual(parties)
    if (row.removed === 0) expect(row.content).toBe(content)
  }
  const placeOf = new Map<string, number>()
  for (const { content, mid } of crowd.acknowledged) placeOf.set(content, mid)
  expect(new Set(placeOf.values()).size).toBe(placeOf.size)
  const contents = rows.filter(({ removed }) => removed === 0).map(({ content }) => content)
  const acknowledged = contents.filter((content) => placeOf.has(content))
  expect(new Set(acknowledged).size).toBe(acknowledged.length)
  const stored = new Set(contents)
  expect(crowd.refused.filter((content) => stored.has(content))).toEqual([])
})

test('no log has a gap; mid, time and counter grow with seq', async () => {
  expect(
    await sql`
      select * from (
        select c.id, c.last_seq, c.counted, c.last_at, count(m.mid) as messages, min(m.seq) as first,
          max(m.seq) as last, max(m.counted) as last_counted, max(m.created_at) as newest
        from conversation c left join message m on m.conversation_id = c.id
        group by c.id) log
      where messages <> last_seq or (messages > 0 and
        (first <> 1 or last <> last_seq or last_counted <> counted or newest <> last_at))`.values(),
  ).toEqual([])
  expect(
    await sql`
      select * from (
        select conversation_id, seq, mid - lag(mid) over log as mids,
          created_at - lag(created_at) over log as ms, counted - lag(counted, 1, 0::bigint) over log as countable
        from message window log as (partition by conversation_id order by seq)) step
      where mids <= 0 or ms < 0 or countable not in (0, 1)`.values(),
  ).toEqual([])
  expect(
    await sql`
      select m.* from membership m join conversation c on c.id = m.conversation_id
      where m.read_seq > c.last_seq or m.read_counted > c.counted`.values(),
  ).toEqual([])
})

test('every group has members and one owner, and every friendship both sides', async () => {
  expect(
    await sql`
      select g.gid, g.owner_uid, array_agg(m.uid) filter (where m.role = 'owner') as owners
      from chat_group g left join membership m on m.conversation_id = g.conversation_id
      group by g.gid, g.owner_uid
      having array_agg(m.uid) filter (where m.role = 'owner') is distinct from array[g.owner_uid]`.values(),
  ).toEqual([])
  expect(
    await sql`
      select m.* from membership m join conversation c on c.id = m.conversation_id
      where c.kind = 'group' and not exists (select from chat_group g where g.conversation_id = c.id)`.values(),
  ).toEqual([])
  expect(
    await sql`
      select a.* from friendship a
      left join friendship b on b.uid = a.friend_uid and b.friend_uid = a.uid
      where b.uid is null`.values(),
  ).toEqual([])
})

test('a group’s picture is made of the members that it has', async () => {
  expect(
    await sql`
      select g.gid, g.avatar, first.uids from chat_group g, lateral (
        select string_agg(uid::text, ',' order by id) as uids from (
          select id, uid from membership where conversation_id = g.conversation_id order by id limit 9) m) first
      where g.avatar <> '/h5/group/avatar?uid=' || first.uids`.values(),
  ).toEqual([])
})

test('nobody has waited for a deadlock', async () => {
  // A connection hands in its figures when it ends.
  await Promise.all(nodes.map((node) => node.stop()))
  const [{ deadlocks }] = await sql`select deadlocks from pg_stat_database where datname = current_database()`
  expect(Number(deadlocks)).toBe(0)
})
