import { afterEach, beforeEach, expect, test } from 'bun:test'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import { Apps } from './apps.ts'

let temp: TempDatabase
beforeEach(async () => {
  temp = await openTempDatabase()
})
afterEach(() => temp.close())

test('the first start makes one application per dialect, later ones keep them', async () => {
  const apps = await Apps.load(temp.db, undefined)
  expect([apps.pusher.dialect, apps.woker.dialect]).toEqual(['pusher', 'woker'])
  for (const { key } of [apps.pusher, apps.woker]) expect(key).toMatch(/^[0-9a-f]{32}$/)
  expect(apps.find(apps.pusher.key)).toBe(apps.pusher)
  expect(apps.find(apps.woker.key)).toBe(apps.woker)
  expect(apps.find('unknown')).toBeUndefined()
  const again = await Apps.load(temp.db, undefined)
  expect([again.pusher, again.woker]).toEqual([apps.pusher, apps.woker])
})

test('the environment replaces the application of the pusher dialect and leaves the other', async () => {
  const before = await Apps.load(temp.db, undefined)
  const given = { key: 'my-app', secret: 'my-app-secret' }
  const apps = await Apps.load(temp.db, given)
  expect(apps.pusher).toEqual({ ...given, dialect: 'pusher' })
  expect(apps.woker).toEqual(before.woker)
  expect(apps.find(before.pusher.key)).toBeUndefined()
  expect((await Apps.load(temp.db, { ...given, secret: 'another-secret' })).pusher.secret).toBe(
    'another-secret',
  )
})

test('nodes that start at once agree', async () => {
  const nodes = await Promise.all(Array.from({ length: 6 }, () => Apps.load(temp.db, undefined)))
  for (const { pusher, woker } of nodes) expect([pusher, woker]).toEqual([nodes[0]!.pusher, nodes[0]!.woker])
  expect(await temp.db.read.selectFrom('app').selectAll().execute()).toHaveLength(2)
})

test('nodes that start at once with the same environment agree', async () => {
  const before = await Apps.load(temp.db, undefined)
  const given = { key: 'my-app', secret: 'my-app-secret' }
  const nodes = await Promise.all(Array.from({ length: 6 }, () => Apps.load(temp.db, given)))
  for (const { pusher, woker } of nodes)
    expect([pusher, woker]).toEqual([{ ...given, dialect: 'pusher' }, before.woker])
  expect(await temp.db.read.selectFrom('app').selectAll().execute()).toHaveLength(2)
})
