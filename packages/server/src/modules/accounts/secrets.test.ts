import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSecrets } from './secrets.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-secrets-'))
})
afterEach(async () => {
  await chmod(dir, 0o700)
  await rm(dir, { recursive: true })
})

const path = () => join(dir, 'secrets.json')

test('the first start makes different random keys in a private file, later ones keep them', async () => {
  const secrets = await loadSecrets(dir)
  expect(secrets.invite).toMatch(/^[0-9a-f]{64}$/)
  expect(secrets.sms).toMatch(/^[0-9a-f]{64}$/)
  expect(secrets.sms).not.toBe(secrets.invite)
  expect((await stat(path())).mode & 0o777).toBe(0o600)
  expect(await loadSecrets(dir)).toEqual(secrets)
  expect(await readdir(dir)).toEqual(['secrets.json'])
})

test('processes that start at once agree', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => loadSecrets(dir)))
  for (const secrets of all) expect(secrets).toEqual(all[0]!)
})

test('a key that a later version needs is added, the others stay', async () => {
  const invite = 'a'.repeat(64)
  await writeFile(path(), JSON.stringify({ invite }))
  const secrets = await loadSecrets(dir)
  expect(secrets.invite).toBe(invite)
  expect(await loadSecrets(dir)).toEqual(secrets)
  expect((await stat(path())).mode & 0o777).toBe(0o600)
})

test('a damaged file is named, and what it holds is not', async () => {
  for (const text of ['{"invite":"hunter2', '{"invite":"hunter2"}', '']) {
    await writeFile(path(), text)
    const failure = await loadSecrets(dir).catch((error: Error) => error)
    expect(failure).toBeInstanceOf(Error)
    expect((failure as Error).message).toContain('secrets.json is damaged')
    expect((failure as Error).message).not.toContain('hunter2')
    await rm(path())
  }
})
