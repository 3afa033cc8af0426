import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../../src/storage/index.ts'

/*
 * The first promise, put to the test: the server is killed without warning while sends are under way, twenty times,
 * and every message that was acknowledged must be there exactly once, in order.
 */

const ROUNDS = 20
const SENDERS = 16
const MAIN = join(import.meta.dir, '../../src/main.ts')

let dataDir: string
let conversationId = 0

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-kill-'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

/** Starts a server and resolves when it listens, with the address it prints. */
async function start() {
  const child = Bun.spawn([process.execPath, MAIN, 'start'], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let printed = ''
  for await (const chunk of child.stdout) {
    printed += new TextDecoder().decode(chunk)
    const port = /http:\/\/[^\s:]+:(\d+)/.exec(printed)?.[1]
    if (port) return { child, url: `http://127.0.0.1:${port}` }
  }
  throw new Error(`the server did not start: ${printed} ${await new Response(child.stderr).text()}`)
}

test(`kill -9 during sends, ${ROUNDS} times`, async () => {
  const acknowledged = new Map<string, { mid: number; seq: number }>()
  let key = ''
  const uids: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { child, url } = await start()
    key ||= (await readFile(join(dataDir, 'server.key'), 'utf8')).trim()
    const call = async (path: string, fields: Record<string, string | number>) => {
      const body = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
      const response = await fetch(`${url}/api/${path}`, {
        method: 'POST',
        body,
        headers: { 'x-api-key': key },
      })
      return (await response.json()) as { code: number; data: any }
    }
    while (uids.length < 2) {
      const username = `killed${uids.length}`
      const { data } = await call('user/add', {
        username,
        nickname: username,
        password: 'secret-1',
        avatar: '',
      })
      uids.push(data.uid)
    }
    // Each round dies after another number of answers: in the middle of a batch, between batches, at the first one.
    let answersLeft = 1 + ((round * 37) % 150)
    let serial = 0
    const send = async () => {
      for (;;) {
        const content = `round ${round} message ${serial++}`
        const sent = await call('message/send', {
          login_uid: uids[0]!,
          to: uids[1]!,
          type: 'friend',
          content,
          uniqueId: content,
        }).catch(() => undefined)
        if (sent?.code !== 0) return
        acknowledged.set(content, sent.data)
        if (--answersLeft === 0) child.kill('SIGKILL')
      }
    }
    await Promise.all(Array.from({ length: SENDERS }, send))
    await child.exited
  }

  const db = await openSqlite(join(dataDir, 'parley.sqlite'))
  const rows = await db.read.selectFrom('message').selectAll().orderBy('seq').execute()
  conversationId = rows[0]!.conversation_id
  const conversation = await db.read
    .selectFrom('conversation')
    .selectAll()
    .where('id', '=', conversationId)
    .executeTakeFirstOrThrow()
  await db.close()
  expect(acknowledged.size).toBeGreaterThan(ROUNDS)
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1))
  expect(conversation).toMatchObject({ last_seq: rows.length, counted: rows.length })
  const mids = rows.map(({ mid }) => mid)
  expect(mids).toEqual(mids.toSorted((a, b) => a - b))
  const places = new Map<string, Array<{ mid: number; seq: number }>>()
  for (const { content, mid, seq } of rows)
    places.set(content, [...(places.get(content) ?? []), { mid, seq }])
  for (const [content, place] of acknowledged)
    expect([content, places.get(content)]).toEqual([content, [place]])
}, 600_000)
