import { SQL } from 'bun'
import { Redis } from 'ioredis'
import { startParley } from '../scripts/services/parley.mjs'
import { startPostgres } from '../scripts/services/postgres.mjs'
import { startRedis } from '../scripts/services/redis.mjs'
import { FIGURES_FILE, type Figures, saveFigures } from './figures.ts'
import { Audience } from './measure/audience.ts'
import { line, measureLimit, measurePublish, messageItem } from './measure/bus.ts'
import {
  type Meters,
  measureHotGroup,
  measureLists,
  measureMarks,
  measurePages,
  measureSends,
  type Spent,
} from './measure/calls.ts'
import { measureBigGroup } from './measure/group.ts'
import { canMeasure, mainThread, processor, redisItself, wholeProcess, wholeTree } from './measure/machine.ts'
import { populate } from './measure/population.ts'
import { measureFrames, measureLeaving, measureSockets, measureTelegrams } from './measure/sockets.ts'
import { hotGroupOnSqlite } from './measure/sqlite.ts'
import { call, KEY, type Node } from './node.ts'

/*
 * `npm run bench:figures`: what things cost in processor time, for `docs/scale.md` and `npm run bench:scale`. Two nodes,
 * PostgreSQL and Redis on this machine, 5,000 people; takes three minutes. Linux only: it tells what a single thread spends.
 */

const UNLIMITED = { rate_send: '100000/1', rate_call: '100000/1' }

type Service = Awaited<ReturnType<typeof startPostgres>>

const note = (what: string, value: string) => console.log(`${what.padEnd(58)} ${value}`)
const us = (value: number) => `${value.toPrecision(3)} µs`
const describe = ({ main, all, redis, postgres }: Spent) =>
  `main thread ${us(main)}, node ${us(all)}, Redis ${us(redis)}, PostgreSQL ${us(postgres)}`

const metersOf = (node: Node, redis: Redis, postgres: Service): Meters => ({
  main: mainThread(node.pid),
  all: wholeProcess(node.pid),
  redis: redisItself(redis),
  postgres: wholeTree(postgres.pid),
})

/** Connections that send: the first for the figures, the others to tell a batch from the messages in it. */
const SENDERS = [64, 16, 4]

async function measureCalls(node: Node, meters: Meters, sql: SQL) {
  const sends: Awaited<ReturnType<typeof measureSends>>[] = []
  for (const senders of SENDERS) {
    const result = await measureSends(node.port, meters, sql, senders)
    sends.push(result)
    const pace = `${result.perSecond} a second, p50 ${result.p50.toFixed(2)} ms, ${result.batch.toFixed(1)} in a batch`
    note(`message/send, ${senders} connections`, `${pace}: ${describe(result.us)}`)
  }
  const pages = await measurePages(node.port, meters)
  note('message/get, 20 messages', `${pages.perSecond} a second: ${describe(pages.us)}`)
  const marks = await measureMarks(node.port, meters, sql)
  note('  more when it marks as read', describe(marks))
  const lists = await measureLists(node.port, meters)
  note('pop/get', `${lists.perSecond} a second: ${describe(lists.us)}`)
  return { sends, pages, marks, lists }
}

async function measureLive(node: Node, meters: Meters, redisUrl: string, sql: SQL) {
  const telegrams = await measureTelegrams(redisUrl, meters.main)
  note('a telegram, an event in it', `${us(telegrams.telegramUs)}, ${us(telegrams.eventUs)}`)
  const { pusher_key } = await call(node, 'pop/getsetting')
  const audience = new Audience(node.url, pusher_key)
  const settled = async (online: number) => {
    for (let count = -1; count !== online; await Bun.sleep(50)) {
      const [row] = await sql`select count(*)::int as count from "user" where state = 'online'`
      count = row.count
    }
  }
  const sockets = await measureSockets(node.pid, meters, audience, settled)
  const megabytes = [sockets.idleMegabytes, sockets.earlyMegabytes, sockets.allMegabytes]
  note('RSS with 0, 1,000 and 5,000 sockets', megabytes.map((value) => `${value.toFixed(0)} MB`).join(', '))
  note('somebody comes', describe(sockets.arrival))
  note('a socket in a second', us(sockets.socketSecondUs))
  const frames = await measureFrames(redisUrl, meters.main, audience)
  note(
    'a frame to one socket, as one of 5,000, ten at once',
    [frames.loneUs, frames.frameUs, frames.burstFrameUs].map(us).join(', '),
  )
  const leaving = await measureLeaving(meters, audience, settled)
  note('somebody leaves', describe(leaving))
  return { telegrams, sockets, frames, leaving }
}

const [postgres, redisService] = await Promise.all([startPostgres(), startRedis()])
const nodes: Node[] = []
const sql = new SQL(postgres.url, { max: 1 })
const redis = new Redis(redisService.url)
try {
  if (!canMeasure()) throw new Error('this machine does not tell what a thread spends: Linux does, in /proc')
  const environment = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redisService.url,
    API_KEY: KEY,
    LOG_LEVEL: 'warn',
  }
  const first = await startParley(environment)
  nodes.push(first)
  await call(first, 'admin/setsettings', UNLIMITED)
  await populate(postgres.url)
  const second = await startParley(environment)
  nodes.push(second)

  const meters = metersOf(first, redis, postgres)
  const published = await measurePublish(redisService.url)
  note('Redis: a PUBLISH, each subscriber', `${us(published.publishUs)}, ${us(published.deliverUs)}`)
  const limitUs = await measureLimit(redisService.url)
  note('Redis: a rate limit', us(limitUs))
  const calls = await measureCalls(first, meters, sql)
  const hot = {
    sqlite: await hotGroupOnSqlite(),
    postgres: await measureHotGroup([first.port]),
    postgresTwoNodes: await measureHotGroup([first.port, second.port]),
  }
  note('into one group: SQLite, PostgreSQL, from two nodes', `${Object.values(hot).join(', ')} a second`)
  for (const { what, ms, us } of await measureBigGroup(meters, (path, parameters) =>
    call(first, path, parameters),
  ))
    note(what, `${ms.toFixed(1)} ms: ${describe(us)}`)
  // Last: people who leave keep the nodes busy for a while.
  const live = await measureLive(second, metersOf(second, redis, postgres), redisService.url, sql)
  await saveFigures(await figures({ redisCosts: { ...published, limitUs }, live, calls, hot }))
  note('written to', FIGURES_FILE)
} finally {
  await sql.close()
  redis.disconnect()
  await Promise.all(nodes.map((node) => node.close()))
  await Promise.all([postgres.close(), redisService.close()])
}

interface Measured {
  redisCosts: { publishUs: number; deliverUs: number; limitUs: number }
  live: Awaited<ReturnType<typeof measureLive>>
  calls: Awaited<ReturnType<typeof measureCalls>>
  hot: Figures['hotConversation']
}

async function figures({ redisCosts, live, calls, hot }: Measured): Promise<Figures> {
  const { telegrams, sockets, frames, leaving } = live
  const { pages, marks, lists } = calls
  const [sends] = calls.sends as [(typeof calls.sends)[number]]
  const batches = line(calls.sends.map(({ batch, us }) => [batch, us.postgres * batch] as const))
  const [versions] = await sql`show server_version`
  const redisVersion = /redis_version:(\S+)/.exec(await redis.info('server'))![1]!
  return {
    measured: {
      date: new Date().toISOString().slice(0, 10),
      ...processor(),
      runtime: `Bun ${Bun.version}`,
      postgres: versions.server_version,
      redis: redisVersion,
    },
    node: {
      idleMegabytes: sockets.idleMegabytes,
      socketKilobytes: ((sockets.allMegabytes - sockets.idleMegabytes) * 1024) / 5000,
      sendUs: sends.us.main,
      pageUs: pages.us.main,
      markUs: marks.main,
      listUs: lists.us.main,
      connectUs: sockets.arrival.main,
      leaveUs: leaving.main,
      socketSecondUs: sockets.socketSecondUs,
      ...telegrams,
      heardUs: frames.heardUs,
      frameUs: frames.frameUs,
      burstFrameUs: frames.burstFrameUs,
      allThreads: sends.us.all / sends.us.main,
    },
    redis: {
      ...redisCosts,
      arrivalUs: sockets.arrival.redis,
      leaveUs: leaving.redis,
    },
    postgres: {
      batchUs: batches.fixed,
      messageUs: batches.each,
      pageUs: pages.us.postgres,
      markUs: marks.postgres,
      listUs: lists.us.postgres,
      arrivalUs: sockets.arrival.postgres,
      leaveUs: leaving.postgres,
      commitMs: calls.sends.at(-1)!.p50,
      walBytesPerMessage: sends.walBytes,
      storedBytesPerMessage: sends.storedBytes,
    },
    wire: {
      frameBytes: frames.frameBytes,
      eventBytes: Buffer.byteLength(
        JSON.stringify(messageItem(['user-1234567', 'private-user-1234567'], 123_456_789)),
      ),
    },
    hotConversation: hot,
  }
}
