import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, cleanUp, newDataDir, parley, until } from '../command.ts'
import { type Listener, startSite, type TestSite, type TestUser } from '../harness.ts'
import { hasRedis, newPostgresDatabase, type PostgresDatabase, startRedis, uniqueName } from '../services.ts'

/* What commands and operators see of a Redis that does not answer. */

setDefaultTimeout(300_000)

describe.skipIf(!hasRedis)('a site with a Redis that stops', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  let database: PostgresDatabase
  let env: Record<string, string>
  let site: TestSite
  let ann: TestUser
  let annsEar: Listener

  beforeAll(async () => {
    redis = await startRedis()
    database = await newPostgresDatabase()
    env = {
      DATABASE_URL: database.url,
      DATABASE_POOL: '6',
      REDIS_URL: redis.url.replace('//', '//default:pass-word@'),
      REDIS_PREFIX: uniqueName(),
    }
    site = await startSite({ env: { ...env, REDIS_URL: redis.url } })
    ann = await site.user()
    annsEar = await site.listen(ann, `user-${ann.uid}`)
    await redis.stop()
  })
  afterAll(async () => {
    await site.close()
    await redis.close()
    await database.drop()
    await cleanUp()
  })

  test('a start says in one line which variable is wrong, and not the password', async () => {
    const started = performance.now()
    const DATA_DIR = await newDataDir()
    const { code, stdout, stderr } = await parley(['start'], { ...env, DATA_DIR, PORT: '0' })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toContain(`REDIS_URL leads to a Redis that does not answer (127.0.0.1:${redis.port}: `)
    expect(stderr).not.toContain('pass-word')
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  test('a command does its work and says that the nodes could not be told; they find out', async () => {
    const here = { ...env, DATA_DIR: await newDataDir() }
    const added = await parley(['key', 'add', 'website'], here)
    expect(added.code).toBe(0)
    const key = added.stdout.trimEnd()
    expect(key).toMatch(/^pk_\S{40,}$/)
    expect(added.stderr).toContain('Saved, but the other nodes could not be told: Redis does not answer')
    expect(added.stderr).not.toContain('pass-word')
    expect(await call(site.url, 'api/user/get', key, { uid: ann.uid })).toMatchObject({ code: 0 })
    expect((await parley(['key', 'revoke', 'website'], here)).code).toBe(0)
    expect(await call(site.url, 'api/user/get', key, { uid: ann.uid })).toMatchObject({ code: -1 })

    expect((await parley(['user', 'disable', ann.username], here)).code).toBe(0)
    expect(await site.as(ann).code('friend/applycount')).toBe(-1)
    expect(await annsEar.whenClosed()).toMatchObject({ code: 4009 })
  })

  test('the figures say whether Redis answers', async () => {
    const figures = async () => await (await fetch(`${site.url}/metrics`)).text()
    expect(await figures()).toContain('\nparley_redis_linked 0\n')
    await redis.start()
    await until(figures, (text) => text.includes('\nparley_redis_linked 1\n'))
  })
})
