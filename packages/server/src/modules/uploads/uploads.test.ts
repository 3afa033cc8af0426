import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppError } from '@parley/contract'
import sharp from 'sharp'
import { LocalBus } from '../../cluster/index.ts'
import { LocalFileStore, type UploadedFile } from '../../media/index.ts'
import { type Database, openSqlite } from '../../storage/index.ts'
import { Conversations } from '../conversations/index.ts'
import { Groups } from '../groups/groups.ts'
import { Settings } from '../settings/index.ts'
import { Users } from '../users/index.ts'
import { Uploads } from './uploads.ts'

/* What becomes of a file when storing it fails. */

let root: string
let db: Database
let uploads: Uploads

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-uploads-'))
  db = await openSqlite(join(root, 'parley.db'))
  await mkdir(join(root, 'incoming'))
  const common = { db, invalidations: new LocalBus(), clock: () => 1_617_840_000_000 }
  const apps = { pusher: { key: 'p' }, woker: { key: 'w' } }
  uploads = new Uploads({
    ...common,
    settings: new Settings({ ...common, publish: () => undefined, apps }),
    users: new Users(common),
    groups: new Groups({ ...common, conversations: new Conversations(common) }),
    files: new LocalFileStore(root),
  })
})

afterEach(async () => {
  await db.close()
  await rm(root, { recursive: true })
})

const site = { kind: 'server', uid: 0, origin: 'https://chat.example' } as const

async function received(name: string): Promise<UploadedFile> {
  const path = join(root, 'incoming', 'upload-1')
  const content = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#000' } })
    .png()
    .toBuffer()
  await writeFile(path, content)
  return { path, name, size: content.length, discard: () => rm(path, { force: true }) }
}

const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: AppError) => error.kind ?? error.name,
  )
const filesBelow = async (folder: string) =>
  (await readdir(join(root, folder), { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )

describe('a file that cannot be stored', () => {
  test('is answered as a passing failure and leaves nothing behind', async () => {
    // A file where the folder should be: what a full or broken disk comes to.
    await writeFile(join(root, 'upload'), '')
    const file = await received('a.png')
    expect(await kindOf(uploads.image(site, file))).toBe('unavailable')
    await file.discard()
    expect(await filesBelow('incoming')).toEqual([])
    expect(await db.read.selectFrom('upload').selectAll().execute()).toEqual([])
  })

  test('or of which no row can be written is removed again', async () => {
    await db.write.schema.dropTable('upload').execute()
    for (const store of [uploads.image, uploads.file]) {
      const file = await received('a.png')
      expect(await kindOf(store.call(uploads, site, file))).toBe('DatabaseError')
      await file.discard()
    }
    expect(await filesBelow('upload')).toEqual([])
    expect(await filesBelow('incoming')).toEqual([])
  })
})

describe('the address of a file', () => {
  test('has no scheme: pages with and without TLS find it', async () => {
    const { src } = await uploads.image(site, await received('a.png'))
    expect(src).toMatch(/^\/\/chat\.example\/upload\/images\/202104\/08606e4780[0-9a-f]{32}\.png$/)
  })
})
