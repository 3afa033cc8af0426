import { afterEach, beforeEach, expect, test } from 'bun:test'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import { loadSecrets } from './secrets.ts'

let temp: TempDatabase
beforeEach(async () => {
  temp = await openTempDatabase()
})
afterEach(() => temp.close())

const load = () => loadSecrets(temp.db, temp.dir)
const former = () => join(temp.dir, 'secrets.json')

test('the first start makes different random keys, later ones and other nodes keep them', async () => {
  const secrets = await load()
  expect(secrets.invite).toMatch(/^[0-9a-f]{64}$/)
  expect(secrets.sms).toMatch(/^[0-9a-f]{64}$/)
  expect(secrets.sms).not.toBe(secrets.invite)
  expect(await load()).toEqual(secrets)
  expect(await loadSecrets(temp.db, join(temp.dir, 'another-node'))).toEqual(secrets)
  expect(await readdir(temp.dir)).not.toContain('secrets.json')
})

test('nodes that start at once agree', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, load))
  for (const secrets of all) expect(secrets).toEqual(all[0]!)
  expect(await load()).toEqual(all[0]!)
})

test('a site of an older version keeps its keys, also when the file has gone or is another', async () => {
  const keys = { invite: 'a'.repeat(64), sms: 'b'.repeat(64) }
  await writeFile(former(), JSON.stringify(keys))
  expect(await load()).toEqual(keys)
  await writeFile(former(), JSON.stringify({ invite: 'c'.repeat(64) }))
  expect(await load()).toEqual(keys)
  await rm(former())
  expect(await load()).toEqual(keys)
})

test('a key that a later version needs is added, the others stay', async () => {
  const invite = 'a'.repeat(64)
  await writeFile(former(), JSON.stringify({ invite }))
  const secrets = await load()
  expect(secrets.invite).toBe(invite)
  expect(secrets.sms).toMatch(/^[0-9a-f]{64}$/)
  await temp.db.write.deleteFrom('secret').where('name', '=', 'sms').execute()
  const again = await load()
  expect(again.invite).toBe(invite)
  expect(again.sms).toMatch(/^[0-9a-f]{64}$/)
})

test('a damaged file is named, what it holds is not, and nothing is made in its place', async () => {
  for (const text of ['{"invite":"hunter2', '{"invite":"hunter2"}', '']) {
    await writeFile(former(), text)
    const failure = await load().catch((error: Error) => error)
    expect(failure).toBeInstanceOf(Error)
    expect((failure as Error).message).toContain('secrets.json is damaged')
    expect((failure as Error).message).not.toContain('hunter2')
  }
  expect(await temp.db.read.selectFrom('secret').selectAll().execute()).toEqual([])
})
