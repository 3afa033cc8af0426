import { Database } from 'bun:sqlite'
import { afterAll, describe, expect, test } from 'bun:test'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { call, cleanUp, newDataDir, parley, parleyOk, startCommand } from '../command.ts'

/* Backup, restore and the demo site. */

afterAll(cleanUp)

interface Row {
  mid: number
  conversation_id: number
  seq: number
  content: string
}

function messagesOf(dataDir: string): Row[] {
  const db = new Database(join(dataDir, 'parley.sqlite'))
  try {
    return db.query<Row, []>('select mid, conversation_id, seq, content from message order by mid').all()
  } finally {
    db.close()
  }
}

const serverKey = async (dataDir: string) => (await readFile(join(dataDir, 'server.key'), 'utf8')).trim()

/** The keys that the site signs and hashes with. */
function secretsOf(dataDir: string): unknown[] {
  const db = new Database(join(dataDir, 'parley.sqlite'), { readonly: true })
  try {
    return db.query("select name, value from secret where value <> '' order by name").all()
  } finally {
    db.close()
  }
}

const addUser = (url: string, key: string, username: string) =>
  call(url, 'api/user/add', key, { username, nickname: username, avatar: '', password: 'secret-1' })

describe('a backup', () => {
  test('taken while people write holds everything acknowledged before, and restores elsewhere', async () => {
    const DATA_DIR = await newDataDir()
    const server = await startCommand({ DATA_DIR })
    const key = await serverKey(DATA_DIR)
    await addUser(server.url, key, 'ann')
    await addUser(server.url, key, 'bob')
    const form = new FormData()
    form.set('file', new File(['some bytes of a file\n'.repeat(5000)], 'notes.txt'))
    const headers = { Authorization: `Bearer ${key}` }
    const uploaded = await fetch(`${server.url}/api/upload/file`, { method: 'POST', headers, body: form })
    const { data } = (await uploaded.json()) as { data: { src: string } }
    const path = new URL(data.src, server.url).pathname

    let isWriting = true
    const acknowledged: number[] = []
    const write = async (from: number, to: number) => {
      while (isWriting) {
        const sent = { login_uid: from, to, type: 'friend', content: `message ${acknowledged.length}` }
        const answer = await call(server.url, 'api/message/send', key, sent)
        acknowledged.push((answer.data as { mid: number }).mid)
      }
    }
    const writers = Promise.all([write(1, 2), write(2, 1), write(1, 2)])
    while (acknowledged.length < 50) await new Promise((resolve) => setImmediate(resolve))
    const before = [...acknowledged]
    const file = join(dirname(DATA_DIR), 'backup.tar.gz')
    expect(await parleyOk(['backup', file], { DATA_DIR })).toContain(file)
    const during = acknowledged.length - before.length
    isWriting = false
    await writers
    expect(during).toBeGreaterThan(0)
    expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
    expect((await readdir(dirname(DATA_DIR))).sort()).toEqual(['backup.tar.gz', 'data'])
    await server.stop()

    const elsewhere = await newDataDir()
    await parleyOk(['restore', file], { DATA_DIR: elsewhere })
    const [original, restored] = [messagesOf(DATA_DIR), messagesOf(elsewhere)]
    expect(restored).toEqual(original.slice(0, restored.length))
    expect(restored.length).toBeLessThan(original.length)
    const mids = new Set(restored.map(({ mid }) => mid))
    expect(before.filter((mid) => !mids.has(mid))).toEqual([])

    const again = await startCommand({ DATA_DIR: elsewhere })
    expect(await call(again.url, 'api/user/get', key, { username: 'bob' })).toMatchObject({ code: 0 })
    expect(await (await fetch(again.url + path)).text()).toBe('some bytes of a file\n'.repeat(5000))
    expect((await stat(join(elsewhere, 'server.key'))).mode & 0o777).toBe(0o600)
    expect(await serverKey(elsewhere)).toBe(key)
    expect(secretsOf(elsewhere)).toEqual(secretsOf(DATA_DIR))
    expect(secretsOf(elsewhere)).toHaveLength(2)
    await again.stop()
  }, 300_000)

  test('holds the keys that an older version kept in a file, and a site that it is restored to takes them', async () => {
    const DATA_DIR = await newDataDir()
    await parleyOk(['migrate'], { DATA_DIR })
    const keys = { invite: 'a'.repeat(64), sms: 'b'.repeat(64) }
    await writeFile(join(DATA_DIR, 'secrets.json'), JSON.stringify(keys), { mode: 0o600 })
    const file = join(dirname(DATA_DIR), 'backup.tar.gz')
    await parleyOk(['backup', file], { DATA_DIR })
    const elsewhere = await newDataDir()
    await parleyOk(['restore', file], { DATA_DIR: elsewhere })
    expect((await stat(join(elsewhere, 'secrets.json'))).mode & 0o777).toBe(0o600)
    const server = await startCommand({ DATA_DIR: elsewhere })
    await server.stop()
    expect(secretsOf(elsewhere)).toEqual(Object.entries(keys).map(([name, value]) => ({ name, value })))
  }, 300_000)

  test('replaces a file only when told to', async () => {
    const DATA_DIR = await newDataDir()
    await parleyOk(['migrate'], { DATA_DIR })
    const file = join(dirname(DATA_DIR), 'precious')
    await writeFile(file, 'precious')
    const { code, stderr } = await parley(['backup', file], { DATA_DIR })
    expect({ code, content: await readFile(file, 'utf8') }).toEqual({ code: 1, content: 'precious' })
    expect(stderr).toContain('--force')
    await parleyOk(['backup', file, '--force'], { DATA_DIR })
    expect((await readFile(file)).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))

    const nowhere = await parley(['backup', join(DATA_DIR, 'no', 'such', 'folder.tgz')], { DATA_DIR })
    expect(nowhere).toMatchObject({ code: 1, stdout: '' })
    expect(nowhere.stderr).toMatch(/the folder \S+ does not exist/)
  })
})

describe('a restore', () => {
  async function smallBackup(): Promise<{ DATA_DIR: string; file: string }> {
    const DATA_DIR = await newDataDir()
    await parleyOk(['user', 'add', 'ann', '--password-stdin'], { DATA_DIR }, 'secret-1')
    const file = join(dirname(DATA_DIR), 'small.tar.gz')
    await parleyOk(['backup', file], { DATA_DIR })
    return { DATA_DIR, file }
  }

  async function writeTar(path: string, files: Record<string, string>): Promise<void> {
    const archive = pack()
    for (const [name, content] of Object.entries(files)) archive.entry({ name }, content)
    archive.finalize()
    await pipeline(archive, createGzip(), createWriteStream(path))
  }

  test('does not touch a folder with data unless told to, and then keeps what was there', async () => {
    const { DATA_DIR, file } = await smallBackup()
    await parleyOk(['user', 'add', 'bob', '--password-stdin'], { DATA_DIR }, 'secret-1')
    const refused = await parley(['restore', file], { DATA_DIR })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/is not empty: choose another, or use --force/)
    expect(await parleyOk(['user', 'list'], { DATA_DIR })).toContain('bob')

    const said = await parleyOk(['restore', file, '--force'], { DATA_DIR })
    const aside = /(\S+before-restore-\S+)$/.exec(said)![1]!
    expect(await parleyOk(['user', 'list'], { DATA_DIR })).not.toContain('bob')
    expect(await parleyOk(['user', 'list'], { DATA_DIR: aside })).toContain('bob')
  }, 300_000)

  test('is refused while a server runs', async () => {
    const { DATA_DIR, file } = await smallBackup()
    const server = await startCommand({ DATA_DIR })
    const { code, stderr } = await parley(['restore', file, '--force'], { DATA_DIR })
    expect(code).toBe(1)
    expect(stderr).toMatch(/is in use by a running server: stop it first\n$/)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await server.stop()
  })

  test('changes nothing when the archive is damaged, foreign or out to do harm', async () => {
    const { file } = await smallBackup()
    const folder = dirname(file)
    const note = JSON.stringify({ format: 1, version: '0', created_at: '' })
    const cut = join(folder, 'cut.tar.gz')
    await writeFile(cut, await readFile(file))
    await truncate(cut, (await stat(file)).size - 500)
    const archives: Record<string, Record<string, string>> = {
      'up.tar.gz': { 'parley-backup.json': note, '../evil': 'x' },
      'absolute.tar.gz': { 'parley-backup.json': note, '/tmp/evil': 'x' },
      'sneaky.tar.gz': { 'parley-backup.json': note, 'upload/../../evil': 'x' },
      'foreign.tar.gz': { 'readme.txt': 'x' },
      'empty.tar.gz': { 'parley-backup.json': note },
      'newer.tar.gz': { 'parley-backup.json': JSON.stringify({ format: 99 }) },
      'broken.tar.gz': { 'parley-backup.json': note, 'parley.sqlite': 'not a database at all' },
    }
    for (const [name, files] of Object.entries(archives)) await writeTar(join(folder, name), files)
    const plain = join(folder, 'plain.tar.gz')
    await writeFile(plain, 'no archive')

    const paths = [
      cut,
      plain,
      join(folder, 'missing'),
      ...Object.keys(archives).map((name) => join(folder, name)),
    ]
    const attempt = async (path: string) => {
      const DATA_DIR = await newDataDir()
      await mkdir(DATA_DIR, { recursive: true })
      await writeFile(join(DATA_DIR, 'keep.txt'), 'mine')
      const { code, stdout, stderr } = await parley(['restore', path, '--force'], { DATA_DIR })
      expect({ path, code, stdout }).toEqual({ path, code: 1, stdout: '' })
      expect(stderr).toMatch(/^parley: .*\n$/)
      expect((await readdir(DATA_DIR)).filter((name) => name !== 'parley.lock')).toEqual(['keep.txt'])
      expect(await readdir(dirname(DATA_DIR))).toEqual(['data'])
    }
    await Promise.all(paths.map(attempt))
    expect(await stat('/tmp/evil').catch(() => 'absent')).toBe('absent')
  }, 300_000)
})

describe('the demo', () => {
  test('fills an empty site beside its running server, and no other', async () => {
    const DATA_DIR = await newDataDir()
    const server = await startCommand({ DATA_DIR })
    const printed = await parleyOk(['demo', '--password-stdin'], { DATA_DIR }, 'demo-password')
    expect(printed).toMatch(/^linxiaoyu +林晓雨 +demo-password$/m)

    const db = new Database(join(DATA_DIR, 'parley.sqlite'))
    const count = (what: string) => Object.values(db.query(`select count(*) from ${what}`).get() as object)[0]
    expect(count('user')).toBe(40)
    expect(count('chat_group')).toBe(12)
    expect(count('message')).toBe(3000)
    for (const kind of [
      "content like '![图片](/upload/images/%'",
      "content like 'file[%'",
      "content like 'voice(/upload/files/%.wav)'",
      "content like '%](https://%'",
      "content like '%[表情%'",
      "content like '[@%](%user/detail/%'",
      'quote_mid > 0',
      'removed = 1',
      'auto = 1',
      "sub_type = 'notice' and removed = 0",
    ]) {
      expect([kind, Number(count(`message where ${kind}`)) > 3]).toEqual([kind, true])
    }
    expect(Number(count("friend_request where operation = 'not_operated'"))).toBeGreaterThan(3)
    expect(Number(count('user where parent_uid > 0'))).toBeGreaterThan(1)
    expect(Number(count('reply'))).toBeGreaterThan(9)
    expect(Number(count('membership where pinned = 1'))).toBeGreaterThan(1)
    expect(Number(count('membership where muted = 1'))).toBeGreaterThan(1)
    // Order of writing is order of time, and every conversation's log is without a gap.
    expect(count('message a join message b on b.mid = a.mid + 1 where b.created_at < a.created_at')).toBe(0)
    expect(
      count(
        'conversation c where last_seq <> (select count(*) from message m where m.conversation_id = c.id)',
      ),
    ).toBe(0)
    expect(count('message where created_at > unixepoch() * 1000')).toBe(0)
    db.close()

    const signedIn = await call(server.url, 'h5/login/check', '', {
      username: 'linxiaoyu',
      password: 'demo-password',
    })
    const { token } = signedIn.data as { token: string }
    const home = (await call(server.url, 'h5/pop/get', token)).data as {
      mine: { unread_friend_apply_count: number }
      group: unknown[]
      chatting: Record<string, { unread_count: unknown }>
    }
    expect(home.mine.unread_friend_apply_count).toBeGreaterThan(1)
    expect(home.group.length).toBeGreaterThan(5)
    expect(Object.values(home.chatting).some(({ unread_count }) => Number(unread_count) > 0)).toBe(true)

    const again = await parley(['demo'], { DATA_DIR })
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toMatch(/^parley: the site has accounts or messages, .*\n$/)
    await server.stop()
  }, 300_000)
})
