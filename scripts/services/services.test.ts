import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedisClient, SQL } from 'bun'
import { isFree } from './ports.mjs'
import { startPostgres } from './postgres.mjs'
import { processTree, until, whenGone } from './processes.mjs'
import { hasRedis, redisVersion, startRedis } from './redis.mjs'

/* What tests start must do as told, and must not stay behind. */

setDefaultTimeout(300_000)

const GONE_MS_MAX = 10_000
const SILENCE_MS = 300

const ask = async (url: string, query = 'select 1 as answer') => {
  const sql = new SQL(url, { max: 1 })
  try {
    return (await sql.unsafe(query))[0]
  } finally {
    await sql.close()
  }
}

/** Whether a question stays without an answer for a while. */
const isSilent = (question: Promise<unknown>) =>
  Promise.race([question.then(() => false), Bun.sleep(SILENCE_MS).then(() => true)])

const isGone = async (folder: string, pids: number[]) =>
  (await whenGone(pids, GONE_MS_MAX)) && until(() => !existsSync(folder), GONE_MS_MAX)

describe('PostgreSQL', () => {
  test('keeps what was committed, on the same port, over a restart and a kill', async () => {
    const postgres = await startPostgres()
    const { url, port, folder } = postgres
    await ask(url, 'create table kept (n int)')
    await ask(url, 'insert into kept values (1)')
    await postgres.restart()
    await ask(url, 'insert into kept values (2)')
    await postgres.kill()
    expect(await isFree(port)).toBeTrue()
    await expect(ask(url)).rejects.toThrow()
    await postgres.start()
    expect(postgres.port).toBe(port)
    expect(await ask(url, 'select sum(n)::int as sum, count(*)::int as count from kept')).toEqual({
      sum: 3,
      count: 2,
    })
    const pids = processTree(postgres.pid)
    expect(pids.length).toBeGreaterThan(3)
    await postgres.close()
    expect(processTree(pids[0]!)).toEqual([])
    expect(existsSync(folder)).toBeFalse()
  })

  test('says nothing while it is paused, on open connections, too', async () => {
    const postgres = await startPostgres({ durable: false })
    const sql = new SQL(postgres.url, { max: 1 })
    await sql`select 1`
    postgres.pause()
    const onOpen = sql`select 2 as answer`.execute()
    const onNew = ask(postgres.url)
    expect(await isSilent(Promise.race([onOpen, onNew]))).toBeTrue()
    postgres.resume()
    expect((await onOpen)[0]).toEqual({ answer: 2 })
    expect(await onNew).toEqual({ answer: 1 })
    await sql.close()
    // Also from its pause it can be ended.
    postgres.pause()
    await postgres.close()
    expect(await isFree(postgres.port)).toBeTrue()
  })

  test('speaks UTF-8, knows letters of all languages and asks for a password', async () => {
    const postgres = await startPostgres()
    const { url } = postgres
    expect(await ask(url, `select lower('ÄЖ重') as low, current_setting('server_encoding') as code`)).toEqual(
      {
        low: 'äж重',
        code: 'UTF8',
      },
    )
    const stranger = new URL(url)
    stranger.password = 'guess'
    await expect(ask(stranger.href)).rejects.toThrow(/password/)
    await postgres.close()
  })
})

describe.skipIf(!hasRedis())('Redis', () => {
  test('comes back empty on the same port', async () => {
    const redis = await startRedis()
    const client = new RedisClient(redis.url)
    await client.set('key', 'value')
    redis.pause()
    const answer = client.get('key')
    expect(await isSilent(answer)).toBeTrue()
    redis.resume()
    expect(await answer).toBe('value')
    client.close()
    await redis.stop()
    expect(await isFree(redis.port)).toBeTrue()
    await redis.start()
    const later = new RedisClient(redis.url)
    expect(await later.get('key')).toBeNull()
    expect(await later.send('INFO', ['server'])).toContain(`version:${redisVersion()!.split(' ')[1]}`)
    later.close()
    await redis.close()
    expect(existsSync(redis.folder)).toBeFalse()
  })

  test('takes the port that it is told to', async () => {
    const first = await startRedis()
    await first.close()
    const second = await startRedis({ port: first.port })
    expect(second.port).toBe(first.port)
    await expect(startRedis({ port: first.port })).rejects.toThrow(/did not start.*in use/s)
    await second.close()
  })
})

describe('nothing stays behind', () => {
  const program = join(tmpdir(), `parley-owner-${process.pid}.mjs`)
  afterAll(() => rm(program, { force: true }))

  test.each([
    ['node', 'its end', ''],
    ['node', 'an exit', 'process.exit(0)'],
    ['node', 'an error', `throw new Error('no')`],
    ['node', 'Ctrl-C', `process.kill(process.pid, 'SIGINT')`],
    ['node', 'kill -9', `process.kill(process.pid, 'SIGKILL')`],
    [process.execPath, 'its end', ''],
    [process.execPath, 'kill -9', `process.kill(process.pid, 'SIGKILL')`],
  ])('%s: after %s', async (runtime, _, ending) => {
    await Bun.write(
      program,
      `import { spawn } from 'node:child_process'
        import { startPostgres } from '${import.meta.dir}/postgres.mjs'
        const postgres = await startPostgres()
        // What the process has started besides, and leaves behind, changes nothing.
        const other = spawn('sleep', ['60'], { stdio: 'ignore', detached: true })
        other.unref()
        process.stdout.write(JSON.stringify({ folder: postgres.folder, pid: postgres.pid, other: other.pid }) + '\\n')
        ${ending}`,
    )
    const owner = Bun.spawn([runtime, program], { stdout: 'pipe', stderr: 'ignore' })
    const { folder, pid, other } = JSON.parse(await new Response(owner.stdout).text())
    process.kill(other)
    expect(await isGone(folder, [pid, owner.pid])).toBeTrue()
  })
})
