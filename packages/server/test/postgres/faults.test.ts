import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SQL } from 'bun'
import { startSite, type TestSite, type TestUser } from '../harness.ts'
import { startTestPostgres } from '../services.ts'
import { lock, until } from './storage.ts'
import { Traffic } from './traffic.ts'

/*
 * A whole site whose PostgreSQL fails in every way that a database fails: it is gone, it is frozen, it is busy with
 * something else, its disk is full. Nobody waits for long, nothing that was acknowledged is lost or stored twice, and all
 * is well by itself when the database is.
 */

setDefaultTimeout(300_000)

const GONE_MS = 20_000
const FROZEN_MS = 7000
/** How long the administrator waits for one answer of a database that goes down, ms. */
const UNANSWERED_MS = 1000
/** How long a database may take to end on a full disk, ms. */
const EXHAUSTED_MS_MAX = 20_000
/** Connections of the site: few, so that a test can use them up. */
const DATABASE_POOL = '6'
/** The longest that an answer may take on a busy machine, whatever has happened, ms. */
const ANSWER_MS_MAX = 10_000

type Server = Awaited<ReturnType<typeof startTestPostgres>>

const now = () => performance.now()

const openSite = ({ url }: Server) => startSite({ env: { DATABASE_URL: url, DATABASE_POOL } })

/** Asks the database itself. */
async function asAdministrator<Result>({ url }: Server, ask: (sql: SQL) => Promise<Result>): Promise<Result> {
  const sql = new SQL(url, { max: 2 })
  try {
    return await ask(sql)
  } finally {
    await sql.close({ timeout: 0 })
  }
}

describe('a database that is', () => {
  let server: Server
  let site: TestSite

  beforeAll(async () => {
    server = await startTestPostgres()
    site = await openSite(server)
  })
  afterAll(async () => {
    server.resume()
    await site.close()
    await server.close()
  })

  /** Does something while an administrator has the lock on a conversation. */
  const whileHeld = (its: string, work: () => Promise<void>) =>
    asAdministrator(server, async (sql) => {
      const holder = await lock(sql, `select from conversation where ${its} for update`)
      await work().finally(() => holder.release())
    })

  test(`killed and gone for ${GONE_MS / 1000} s: refusals at once, and all is well when it is back`, async () => {
    const traffic = await Traffic.between(site, 'gone')
    traffic.start()
    await traffic.whenWell(now())
    await server.kill()
    const from = now()
    await Bun.sleep(GONE_MS)
    await traffic.whenRefused(from)
    await traffic.ear.barrier()
    const stranger = await fetch(`${site.url}/web/user/get`, {
      headers: { cookie: 'parley_session=ps_unknown' },
    })
    expect(await stranger.json()).toMatchObject({ code: 503 })
    expect((await fetch(`${site.url}/livez`)).status).toBe(200)
    const to = now()
    await server.start()
    await traffic.whenWell(now())
    await traffic.stop()
    traffic.expectRefusedIn({ from, to })
    await asAdministrator(server, (sql) => traffic.expectWhole(sql))
  })

  test(`frozen for ${FROZEN_MS / 1000} s: nobody waits for it for long, and all is well when it goes on`, async () => {
    const traffic = await Traffic.between(site, 'frozen')
    traffic.start()
    await traffic.whenWell(now())
    server.pause()
    const from = now()
    await Bun.sleep(FROZEN_MS)
    await traffic.whenRefused(from)
    await traffic.ear.barrier()
    const to = now()
    server.resume()
    await traffic.whenWell(now())
    await traffic.stop()
    traffic.expectRefusedIn({ from, to })
    await asAdministrator(server, (sql) => traffic.expectWhole(sql))
  })

  test('kept from one conversation by somebody else: the others go on', async () => {
    const [held, free] = [await Traffic.between(site, 'held'), await Traffic.between(site, 'free')]
    await Promise.all([held.send(), free.send()])
    const pair = [held.from.uid, held.to.uid].toSorted((a, b) => a - b)
    await whileHeld(`(low, high) = (${pair})`, async () => {
      const waiting = Promise.all(Array.from({ length: 5 }, () => held.note('send')))
      let isHeld = true
      const others = (async () => {
        while (isHeld) await free.round()
      })()
      const codes = (await waiting).map(({ code }) => code)
      isHeld = false
      await others
      expect(codes).toEqual([503, 503, 503, 503, 503])
    })
    for (const { call, code } of free.answers) expect([call, code]).toEqual([call, 0])
    held.expectInTime()
    free.expectInTime()
    await asAdministrator(server, (sql) => held.expectWhole(sql))
    await asAdministrator(server, (sql) => free.expectWhole(sql))
  })

  test('busy with all connections that may write in turn: who waits is refused in time, the rest goes on', async () => {
    const people = (await site.users(3)) as [TestUser, TestUser, TestUser]
    const [owner, member] = people
    const gid = await site.group(...people)
    const free = await Traffic.between(site, 'beside')
    // One transaction, alone with the group's conversation.
    const handOver = async () => {
      const startedAt = now()
      const code = await site.api(owner).code('group/transfer', { gid, uid: member.uid })
      return { code, ms: now() - startedAt }
    }
    const its = `id = (select conversation_id from chat_group where gid = ${gid})`
    await whileHeld(its, async () => {
      const waiting = Promise.all(Array.from({ length: 40 }, () => handOver()))
      const beside = [await free.note('send'), await free.note('pop/get')]
      const answers = await waiting
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([503]))
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(ANSWER_MS_MAX)
      expect(beside.map(({ code }) => code)).toEqual([0, 0])
    })
    await until(async () => (await handOver()).code === 0)
    await asAdministrator(server, (sql) => free.expectWhole(sql))
  })
})

/** A disk that can be filled, and what happens to PostgreSQL then. */
interface Disk {
  /** Leaves no room for another row. */
  fill(): Promise<void>
  /** PostgreSQL cannot even note what it changes: it ends. */
  exhaust(): Promise<void>
  free(): Promise<void>
}

/** The real thing, on a disk of the database's own. */
function smallDisk(server: Server): Disk {
  const ballast = join(server.data, 'ballast')
  return {
    async fill() {
      const file = await open(ballast, 'w')
      const piece = Buffer.alloc(65_536)
      const isFull = () =>
        file.write(piece).then(
          () => false,
          ({ code }) => code === 'ENOSPC',
        )
      while (!(await isFull()));
      await file.close()
    },
    async exhaust() {
      // Each of these begins a new file for the notes of changes.
      const change = () =>
        asAdministrator(server, (sql) => sql`select pg_switch_wal(), pg_logical_emit_message(false, '', '')`)
      const lateAt = now() + EXHAUSTED_MS_MAX
      // Whoever asks in the moment in which the database goes down may never be answered.
      while (server.pid > 0 && now() < lateAt)
        await Promise.race([change().catch(() => {}), Bun.sleep(UNANSWERED_MS)])
      if (server.pid === 0) return
      // It does not come to an end by itself each time. For the site it is as gone as after a kill.
      process.stdout.write(
        `it went on:\n${(await Bun.file(join(server.folder, 'log')).text()).slice(-3000)}\n`,
      )
      await server.kill()
    },
    free: () => rm(ballast),
  }
}

/** Where no disk can be made: what the database says when it is full, and a kill. */
function pretendedDisk(server: Server): Disk {
  const run = (statement: string) => asAdministrator(server, (sql) => sql.unsafe(statement).simple())
  return {
    async fill() {
      await run(`
        create function no_room() returns trigger language plpgsql as $$ begin
          raise 'could not extend file: No space left on device' using errcode = 'disk_full';
        end $$;
        create trigger no_room before insert on message execute function no_room()`)
    },
    exhaust: () => server.kill(),
    async free() {
      await server.start()
      await run('drop function no_room cascade')
      await server.stop()
    },
  }
}

test('a disk that is full: refusals, then a server that is gone; nothing is lost, and it goes on when there is room', async () => {
  const server = await startTestPostgres({ diskMegabytes: 128 })
  const site = await openSite(server)
  const disk = server.hasOwnDisk ? smallDisk(server) : pretendedDisk(server)
  try {
    const traffic = await Traffic.between(site, 'full')
    /** What does not get smaller by packing. */
    const long = () => traffic.note('send', () => traffic.send(undefined, randomText()))
    for (let n = 0; n < 10; n++) expect((await long()).code).toBe(0)
    await disk.fill()
    await until(async () => (await long()).code !== 0)
    for (const { code } of await Promise.all(Array.from({ length: 20 }, long)))
      expect([0, 503]).toContain(code)
    expect((await long()).code).toBe(503)
    // What is there can be read.
    for (const call of ['pop/get', 'message/get', 'healthz'])
      expect([call, (await traffic.note(call)).code]).toEqual([call, 0])

    traffic.start()
    await disk.exhaust()
    const from = now()
    await Promise.all(Array.from({ length: 3 }, () => traffic.round()))
    const to = now()
    await disk.free()
    await server.start()
    await traffic.whenWell(now())
    await traffic.stop()
    traffic.expectRefusedIn({ from, to })
    await asAdministrator(server, (sql) => traffic.expectWhole(sql))
  } finally {
    await site.close()
    await server.close()
  }
})

const randomText = () => Buffer.from(crypto.getRandomValues(new Uint8Array(9000))).toString('base64')
