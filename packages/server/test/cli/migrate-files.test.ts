import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { startStore } from '../../../../scripts/services/store.mjs'
import { loadConfig } from '../../src/config.ts'
import { S3FileStore } from '../../src/media/index.ts'
import { cleanUp, newDataDir, parley, parleyOk, startCommand } from '../command.ts'

/* Sites whose uploads lie in an S3 store, from the command line. */

let store: Awaited<ReturnType<typeof startStore>>

beforeAll(async () => {
  store = await startStore()
})

afterAll(async () => {
  await cleanUp()
  await store.close()
})

/** Fifty files of all kinds, as an older version or this one would have put them there; and one that is no upload. */
async function uploads(dataDir: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (let index = 0; index < 50; index++) {
    const kind = ['images/202611', 'files/202611', 'avatars/7/7', 'groups/9/9'][index % 4]
    const content = `${dataDir} ${index} `.repeat(index * 20)
    files.set(
      `/upload/${kind}/${index}f${crypto.randomUUID().replaceAll('-', '')}.${index % 2 ? 'png' : 'zip'}`,
      content,
    )
  }
  for (const [path, content] of [...files, ['/upload/half-written~1', 'x'] as const]) {
    await mkdir(dirname(join(dataDir, path)), { recursive: true })
    await writeFile(join(dataDir, path), content)
  }
  return files
}

const bucket = () => new S3FileStore(loadConfig(store.env).s3!)

async function inBucket(path: string): Promise<string | undefined> {
  const stored = await bucket().open(path)
  return stored && new Response(await stored.body()).text()
}

describe('parley migrate-files', () => {
  test('copies all uploads, and again only what is missing or of another size', async () => {
    const DATA_DIR = await newDataDir()
    const env = { DATA_DIR, ...store.env }
    const files = await uploads(DATA_DIR)
    const before = (await readdir(DATA_DIR, { recursive: true })).toSorted()
    expect(await parleyOk(['migrate-files'], env)).toMatch(
      /^Copied 50 files \(.*\) to the store; 0 were there/,
    )
    for (const [path, content] of files) expect(await inBucket(path)).toBe(content)
    expect(await inBucket('/upload/half-written~1')).toBeUndefined()
    expect((await readdir(DATA_DIR, { recursive: true })).toSorted()).toEqual(before)

    const [, missing, broken] = [...files.keys()]
    const short = join(DATA_DIR, '..', 'short')
    await writeFile(short, 'short')
    await bucket().delete(missing!)
    await bucket().put(broken!, short, { mime: '' })
    expect(await parleyOk(['migrate-files'], env)).toMatch(
      /^Copied 2 files \(.*\) to the store; 48 were there/,
    )
    expect([await inBucket(missing!), await inBucket(broken!)]).toEqual([
      files.get(missing!),
      files.get(broken!),
    ])
  }, 300_000)

  test('finds nothing in a folder without uploads', async () => {
    const env = { DATA_DIR: await newDataDir(), ...store.env }
    expect(await parleyOk(['migrate-files'], env)).toMatch(/^Copied 0 files .* 0 were there/)
  })

  test.each([
    [
      { S3_ENDPOINT: 'http://127.0.0.1:1' },
      'S3_ENDPOINT http://127.0.0.1:1/ cannot be reached (ECONNREFUSED): ',
    ],
    [{ S3_BUCKET: 'nowhere' }, 'S3_BUCKET is "nowhere", and the store has no such bucket: '],
    [{ S3_ACCESS_KEY_ID: 'stranger' }, 'S3_ACCESS_KEY_ID is not known to the store: '],
    [
      { S3_BUCKET: '', S3_ENDPOINT: '', S3_ACCESS_KEY_ID: '', S3_SECRET_ACCESS_KEY: '' },
      'no S3 store is set: ',
    ],
  ])('with %o says what to set', async (wrong, line) => {
    const env = { DATA_DIR: await newDataDir(), ...store.env, ...wrong }
    const { code, stdout, stderr } = await parley(['migrate-files'], env)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toStartWith(`parley: ${line}`)
    expect(stderr.trimEnd()).not.toContain('\n')
  })
})

describe('parley start with a store that cannot be used', () => {
  test.each([
    [{ S3_ENDPOINT: 'http://127.0.0.1:1' }, 'S3_ENDPOINT'],
    [{ S3_BUCKET: 'nowhere' }, 'S3_BUCKET'],
    [{ S3_ACCESS_KEY_ID: 'stranger', S3_SECRET_ACCESS_KEY: 'not-to-be-shown' }, 'S3_ACCESS_KEY_ID'],
  ])('%o ends in one line and makes no database', async (wrong, variable) => {
    const DATA_DIR = await newDataDir()
    const { code, stdout, stderr } = await parley(['start'], { DATA_DIR, PORT: '0', ...store.env, ...wrong })
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^parley: ${variable} .*\\n$`))
    expect(stdout + stderr).not.toContain('not-to-be-shown')
    expect(await readdir(DATA_DIR)).not.toContain('parley.sqlite')
  })

  test('is told in Chinese where the terminal is', async () => {
    const env = {
      DATA_DIR: await newDataDir(),
      PORT: '0',
      ...store.env,
      S3_BUCKET: 'nowhere',
      LANG: 'zh_CN.UTF-8',
    }
    expect((await parley(['start'], env)).stderr).toBe(
      'parley: S3_BUCKET 是 "nowhere"，但存储中没有这个桶：请先创建，或换一个名称\n',
    )
  })
})

describe('backup and restore', () => {
  test('say that they leave the bucket to the store', async () => {
    const DATA_DIR = await newDataDir()
    const env = { DATA_DIR, ...store.env }
    await (await startCommand(env)).stop()
    const file = join(dirname(DATA_DIR), 'backup.tar.gz')
    const line = `Uploads in the bucket "${store.bucket}" are not part of it: `
    expect(await parleyOk(['backup', file], env)).toContain(line)
    expect(await parleyOk(['backup', file, '--force'], { DATA_DIR })).not.toContain('bucket')
    expect(await parleyOk(['restore', file], { ...env, DATA_DIR: await newDataDir() })).toContain(line)
  }, 300_000)
})
