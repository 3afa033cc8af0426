import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import { LocalBus } from '../../cluster/index.ts'
import { ServerKeys } from './keys.ts'

let temp: TempDatabase
let now: number
let keys: ServerKeys
/** A second node of the same site. */
let elsewhere: ServerKeys
/** The command line: another process, which no bus reaches. */
let commandLine: ServerKeys

beforeEach(async () => {
  temp = await openTempDatabase()
  now = 1_700_000_000_000
  const invalidations = new LocalBus()
  const clock = () => now
  keys = new ServerKeys({ db: temp.db, invalidations, clock })
  elsewhere = new ServerKeys({ db: temp.db, invalidations, clock })
  commandLine = new ServerKeys({ db: temp.db, invalidations: new LocalBus(), clock })
})
afterEach(() => temp.close())

const start = (apiKey?: string) => keys.ensure({ apiKey, dataDir: temp.dir })
/** What a promise fails with. (`expect().rejects` keeps the writer thread's answers from coming in.) */
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )
const firstKey = async (path: string) => (await Bun.file(path).text()).trim()

test('a key opens, anything else does not', async () => {
  const key = await keys.add('shop')
  expect(key).toMatch(/^pk_[\w-]{43}$/)
  expect(await keys.check(key)).toBe(true)
  expect(await elsewhere.check(key)).toBe(true)
  for (const wrong of ['', 'pk_', `${key}x`, key.slice(0, -1), key.toUpperCase()]) {
    expect(await keys.check(wrong)).toBe(false)
  }
})

test('a list shows names and last characters, never a key or its hash', async () => {
  const key = await keys.add('shop')
  expect(await keys.list()).toEqual([
    { id: expect.any(Number), name: 'shop', hint: key.slice(-4), created_at: now, used_at: 0, revoked_at: 0 },
  ])
})

test('a revoked key is dead at once on every node, by name or by id', async () => {
  const first = await keys.add('shop')
  const second = await keys.add('forum')
  expect([await elsewhere.check(first), await elsewhere.check(second)]).toEqual([true, true])
  expect(await keys.revoke('shop')).toBe(true)
  expect(await elsewhere.check(first)).toBe(false)
  expect(await elsewhere.check(second)).toBe(true)
  const { id } = (await keys.list()).find(({ name }) => name === 'forum')!
  expect(await keys.revoke(id)).toBe(true)
  expect(await elsewhere.check(second)).toBe(false)
  expect(await keys.revoke('shop')).toBe(false)
  expect(await keys.revoke('never was')).toBe(false)
})

test('what the command line revokes or adds is noticed within two seconds', async () => {
  const key = await keys.add('shop')
  expect(await keys.check(key)).toBe(true)
  await commandLine.revoke('shop')
  now += 2000
  expect(await keys.check(key)).toBe(false)
})

test('names are unique among the keys that are good', async () => {
  await keys.add('shop')
  expect(await failureOf(keys.add('shop'))).toMatchObject({ kind: 'invalid_parameter' })
  await keys.revoke('shop')
  expect(await keys.check(await keys.add('shop'))).toBe(true)
})

test('bad names are refused', async () => {
  for (const name of ['', ' shop', 'shop ', 'a\nb', 'x'.repeat(61), 'API_KEY']) {
    expect(await failureOf(keys.add(name))).toMatchObject({ kind: 'invalid_parameter' })
  }
})

test('use is noted at most once an hour', async () => {
  const key = await keys.add('shop')
  // The note is not waited for by the call that makes it.
  const untilUsedAt = async (at: number) => {
    while ((await keys.list())[0]!.used_at !== at) await new Promise(setImmediate)
  }
  const began = now
  await keys.check(key)
  await untilUsedAt(began)
  now += 3_599_999
  await keys.check(key)
  expect((await keys.list())[0]!.used_at).toBe(began)
  now += 1
  await keys.check(key)
  // Had the use before this one been noted, this one would not be.
  await untilUsedAt(now)
})

test('the first start makes a key in a private file, later ones keep it', async () => {
  const path = (await start())!
  expect(path).toBe(join(temp.dir, 'server.key'))
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const key = await firstKey(path)
  expect(await keys.check(key)).toBe(true)
  expect(await start()).toBe(path)
  expect(await firstKey(path)).toBe(key)
  expect(await keys.list()).toHaveLength(1)
})

test('a first key that was revoked does not come back', async () => {
  const path = (await start())!
  await keys.revoke('first')
  expect(await start()).toBeUndefined()
  expect(await keys.check(await firstKey(path))).toBe(false)
})

test('a first start that crashed after writing the file takes its key', async () => {
  const key = `pk_${'a'.repeat(43)}`
  await writeFile(join(temp.dir, 'server.key'), `${key}\n`)
  await start()
  expect(await keys.check(key)).toBe(true)
})

test('of nodes that start at once one makes the first key, and only it has a file', async () => {
  const folders = ['a', 'b', 'c'].map((name) => join(temp.dir, name))
  for (const dataDir of folders) await mkdir(dataDir)
  const nodes = folders.map((dataDir) => keys.ensure({ apiKey: undefined, dataDir }))
  const paths = (await Promise.all(nodes)).filter((path) => path !== undefined)
  expect(paths).toHaveLength(1)
  expect(await keys.check(await firstKey(paths[0]!))).toBe(true)
  expect(await keys.list()).toHaveLength(1)
  expect((await Promise.all(folders.map((folder) => readdir(folder)))).flat()).toEqual(['server.key'])
})

test('a node that comes later makes no key of its own', async () => {
  const path = await start()
  const dataDir = join(temp.dir, 'later')
  await mkdir(dataDir)
  expect(await elsewhere.ensure({ apiKey: undefined, dataDir })).toBeUndefined()
  expect(await readdir(dataDir)).toEqual([])
  expect(await keys.check(await firstKey(path!))).toBe(true)
})

test('nodes that start at once with the same key of the environment agree', async () => {
  const apiKey = 'environment-key'
  const nodes = [keys, elsewhere, commandLine, keys]
  await Promise.all(nodes.map((node) => node.ensure({ apiKey, dataDir: temp.dir })))
  expect(await keys.check(apiKey)).toBe(true)
  expect(await keys.list()).toHaveLength(1)
})

test('the key of the environment is good as long as it is set', async () => {
  const [old, young] = ['old-environment-key', 'new-environment-key']
  expect(await start(old)).toBeUndefined()
  expect(await keys.check(old)).toBe(true)
  await start(young)
  expect([await keys.check(old), await keys.check(young)]).toEqual([false, true])
  await start(old)
  expect([await keys.check(old), await keys.check(young)]).toEqual([true, false])
  expect((await keys.list()).map(({ name }) => name)).toEqual(['API_KEY'])
  const path = await start()
  expect(await keys.check(old)).toBe(false)
  expect(await keys.check(await firstKey(path!))).toBe(true)
})

test('a revoked key of the environment stays revoked after a restart', async () => {
  await start('leaked-environment-key')
  await keys.revoke('API_KEY')
  await start('leaked-environment-key')
  expect(await keys.check('leaked-environment-key')).toBe(false)
})
