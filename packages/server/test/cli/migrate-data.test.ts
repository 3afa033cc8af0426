import { afterAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  call,
  cleanUp,
  newDataDir,
  parley,
  parleyAtTerminal,
  parleyOk,
  startCommand,
  until,
} from '../command.ts'
import {
  type AnyRow,
  dropTargets,
  expectSame,
  filesOf,
  lineOf,
  newTarget,
  onPostgres,
  sqliteOf,
} from './moving.ts'

/* Moving a SQLite site to PostgreSQL. */

afterAll(async () => {
  await cleanUp()
  await dropTargets()
})

const serverKey = async (dataDir: string) => (await readFile(join(dataDir, 'server.key'), 'utf8')).trim()
const hashOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

test('a whole site moves, nothing of the source changes, and a server goes on with it', async () => {
  const DATA_DIR = await newDataDir()
  const url = await newTarget()
  await parleyOk(['demo', '--password-stdin'], { DATA_DIR }, 'demo-password')

  /** What three people see, in the list of chats and in all their histories. */
  const lookAround = async (server: string) => {
    const key = await serverKey(DATA_DIR)
    const seen: unknown[] = []
    let messages = 0
    for (const login_uid of [1, 7, 20]) {
      const home = await call(server, 'api/pop/get', key, { login_uid })
      const chats = Object.values((home.data as { chatting: object }).chatting) as {
        id: string
        type: string
      }[]
      // The time goes on.
      seen.push({ ...home, data: { ...(home.data as object), timestamp: 0 } })
      for (const { id, type } of chats) {
        const history = await call(server, 'api/message/get', key, { login_uid, id, type, limit: 100 })
        messages += (history.data as unknown[]).length
        seen.push(history)
      }
    }
    expect(messages).toBeGreaterThan(500)
    return JSON.stringify(seen).replaceAll(new URL(server).host, 'here')
  }
  const before = await startCommand({ DATA_DIR })
  await parleyOk(['key', 'add', 'gone'], { DATA_DIR })
  // Who looks at a chat has read it.
  await lookAround(before.url)
  const seen = await lookAround(before.url)
  await before.stop()
  const db = sqliteOf(DATA_DIR)
  db.run("delete from server_key where name = 'gone'")
  db.run('insert into mention select conversation_id, 0, seq, mid from message where mid = 10')
  db.run("insert into draft values (1, 'friend', 7, '草稿', 0, 1), (1, 'group', 7, '', 9, 2)")
  const [lastKey, lastMid] = ['server_key', 'message'].map(
    (table) =>
      db.query<{ seq: number }, [string]>('select seq from sqlite_sequence where name = ?').get(table)!.seq,
  ) as [number, number]
  db.close()

  const files = await filesOf(DATA_DIR)
  const hash = await hashOf(join(DATA_DIR, 'parley.sqlite'))
  const printed = await parleyOk(['migrate-data', '--to', url], { DATA_DIR })
  expect(lineOf(printed, 'message')).toEqual({ rows: 3000, written: 3000, removed: 0, verdict: 'verified' })
  expect(lineOf(printed, 'mention')).toEqual({ rows: 1, written: 1, removed: 0, verdict: 'verified' })
  expect(lineOf(printed, 'draft')).toEqual({ rows: 2, written: 2, removed: 0, verdict: 'verified' })
  expect(printed).toContain('Next: set DATABASE_URL to the same address and start the server')
  expect(printed).not.toContain(new URL(url).password)
  expect(await hashOf(join(DATA_DIR, 'parley.sqlite'))).toBe(hash)
  expect(await filesOf(DATA_DIR)).toEqual(files)
  await expectSame(DATA_DIR, url)

  const after = await startCommand({ DATA_DIR, DATABASE_URL: url })
  expect(await lookAround(after.url)).toEqual(seen)
  const key = await serverKey(DATA_DIR)
  const sent = await call(after.url, 'api/message/send', key, {
    login_uid: 1,
    to: 1,
    type: 'group',
    content: 'on',
  })
  expect(sent).toMatchObject({ code: 0, data: { mid: lastMid + 1 } })
  await after.stop()
  // Ids of what is gone are not used again.
  await parleyOk(['key', 'add', 'next'], { DATA_DIR, DATABASE_URL: url })
  const keys = JSON.parse(
    await parleyOk(['key', 'list', '--json'], { DATA_DIR, DATABASE_URL: url }),
  ) as AnyRow[]
  expect(keys.find(({ name }) => name === 'next')).toMatchObject({ id: lastKey + 1 })

  // From here on another run would undo what people do there.
  const again = await parley(['migrate-data', '--to', url], { DATA_DIR })
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toMatch(/^parley: \S+ has been the site's own database since \S+, .*empty database\n$/)
}, 300_000)

test('moves while people write, and once more what has changed since', async () => {
  const DATA_DIR = await newDataDir()
  const url = await newTarget()
  const server = await startCommand({ DATA_DIR })
  const key = await serverKey(DATA_DIR)
  for (const username of ['ann', 'bob', 'cat'])
    await call(server.url, 'api/user/add', key, {
      username,
      nickname: username,
      avatar: '',
      password: 'secret-1',
    })
  await call(server.url, 'api/friend/add', key, { login_uid: 1, friend_uid: 2 })
  await call(server.url, 'api/friend/add', key, { login_uid: 1, friend_uid: 3 })
  const sentMids: number[] = []
  const send = async (from: number, to: number) => {
    const text = { login_uid: from, to, type: 'friend', content: `message ${sentMids.length} 🙂 "\\n` }
    sentMids.push(((await call(server.url, 'api/message/send', key, text)).data as { mid: number }).mid)
  }
  while (sentMids.length < 2500) await Promise.all(Array.from({ length: 100 }, () => send(1, 2)))
  const sentBefore = sentMids.length

  let isWriting = true
  const write = async () => {
    while (isWriting) await send(2, 1)
  }
  const writers = Promise.all([write(), write()])
  const first = await parleyOk(['migrate-data', '--to', url], { DATA_DIR })
  isWriting = false
  await writers
  const { rows: firstRows } = lineOf(first, 'message')
  expect(firstRows).toBeGreaterThanOrEqual(sentBefore)
  expect(sentMids.length).toBeGreaterThan(firstRows)
  expect(first).toContain('Next: stop it, run this again')

  const revoked = await call(server.url, 'api/message/revoke', key, {
    login_uid: 2,
    id: 1,
    type: 'friend',
    mid: sentMids.at(-1)!,
  })
  expect(revoked.code).toBe(0)
  expect((await call(server.url, 'api/friend/delete', key, { login_uid: 1, friend_uid: 3 })).code).toBe(0)
  await server.stop()
  // What was unique to one account becomes another's, and an early message changes.
  const db = sqliteOf(DATA_DIR)
  const rename = db.query('update user set username = ?1, username_key = ?1 where uid = ?2')
  for (const [name, uid] of [
    ['nobody', 1],
    ['ann', 2],
    ['bob', 1],
  ] as const)
    rename.run(name, uid)
  db.run("update message set content = '' where mid = 10")
  db.close()

  const second = await parleyOk(['migrate-data', '--to', url], { DATA_DIR })
  await expectSame(DATA_DIR, url)
  const line = lineOf(second, 'message')
  // The early message, the revoked one if it was there already, and what was written during the first run.
  const [added, changed] = [line.rows - firstRows, line.written - (line.rows - firstRows)]
  expect(added).toBeGreaterThan(0)
  expect(changed).toBeGreaterThan(0)
  expect(changed).toBeLessThanOrEqual(2)
  expect(line.removed).toBe(changed)
  expect(lineOf(second, 'friendship')).toMatchObject({ written: 0, removed: 2 })
  expect(second).not.toContain('Next: stop it')

  const third = await parleyOk(['migrate-data', '--to', url], { DATA_DIR })
  expect(lineOf(third, 'message')).toMatchObject({ rows: line.rows, written: 0, removed: 0 })
}, 300_000)

test('an interrupted run leaves a database that no server takes, and the next run completes it', async () => {
  const DATA_DIR = await newDataDir()
  const url = await newTarget()
  await parleyOk(['demo', '--password-stdin'], { DATA_DIR }, 'demo-password')
  await parleyOk(['migrate'], { DATA_DIR, DATABASE_URL: url })
  const files = await filesOf(DATA_DIR)

  const connectionsWhere = (condition: string) =>
    onPostgres(url, async (sql) => {
      const rows = await sql.unsafe(
        `select 1 from pg_stat_activity
         where datname = current_database() and application_name = 'parley' and ${condition}`,
      )
      return rows.length
    })
  await onPostgres(url, async (sql) => {
    await sql.unsafe('begin')
    await sql.unsafe('lock table message in share mode')
    const { exited, type } = parleyAtTerminal(['migrate-data', '--to', url], { DATA_DIR })
    await until(
      () => connectionsWhere("wait_event_type = 'Lock'"),
      (waiting) => waiting > 0,
    )
    const other = await parley(['migrate-data', '--to', url], { DATA_DIR })
    expect(other).toMatchObject({ code: 1, stdout: '' })
    expect(other.stderr).toMatch(
      /^parley: another parley migrate-data is writing to \S+: wait for it to end\n$/,
    )
    type('\u0003')
    expect(await exited).toBe(130)
    await sql.unsafe('commit')
    expect((await sql.unsafe('select uid from "user"')).length).toBe(40)
    expect((await sql.unsafe('select mid from message')).length).toBe(0)
  })
  await until(
    () => connectionsWhere('true'),
    (left) => left === 0,
  )
  expect(await filesOf(DATA_DIR)).toEqual(files)

  for (const command of [['start'], ['user', 'list']]) {
    const { code, stderr } = await parley(command, {
      DATA_DIR,
      DATABASE_URL: url,
      PORT: '0',
      HOST: '127.0.0.1',
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^parley: the database \S+ is not whole: parley migrate-data .*run it again\n$/)
  }
  const printed = await parleyOk(['migrate-data', '--to', url], { DATA_DIR })
  expect(lineOf(printed, 'user').written).toBe(0)
  await expectSame(DATA_DIR, url)
  const server = await startCommand({ DATA_DIR, DATABASE_URL: url })
  await server.stop()
}, 300_000)
