import { afterAll, expect, test } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cleanUp, newDataDir, parley, parleyOk, startCommand } from '../command.ts'
import { dropTargets, lineOf, newTarget, onPostgres, sqliteOf } from './moving.ts'

/* When `parley migrate-data` cannot or must not do what it is asked to. */

afterAll(async () => {
  await cleanUp()
  await dropTargets()
})

/** A site with one account. */
async function smallSite(): Promise<string> {
  const DATA_DIR = await newDataDir()
  await parleyOk(['user', 'add', 'ann', '--password-stdin'], { DATA_DIR }, 'secret-1')
  return DATA_DIR
}

const usersOf = (url: string) =>
  onPostgres(url, (sql) => sql.unsafe('select uid, username from "user" order by uid'))

test('no database is written to that holds what is not from an earlier run of the same site', async () => {
  const [mine, theirs] = [await smallSite(), await smallSite()]
  const [moved, started] = [await newTarget(), await newTarget()]
  await parleyOk(['migrate-data', '--to', moved], { DATA_DIR: theirs })
  const server = await startCommand({ DATA_DIR: await newDataDir(), DATABASE_URL: started })
  await server.stop()
  for (const url of [moved, started]) {
    const before = await usersOf(url)
    const { code, stdout, stderr } = await parley(['migrate-data', '--to', url], { DATA_DIR: mine })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^parley: \S+ holds another site's data: give --to an empty database\n$/)
    expect(await usersOf(url)).toEqual(before)
  }
  // It may still be moved by whom it belongs to, until a command has changed something there.
  await parleyOk(['migrate-data', '--to', moved], { DATA_DIR: theirs })
  await parleyOk(['user', 'list'], { DATA_DIR: theirs, DATABASE_URL: moved })
  await parleyOk(['migrate-data', '--to', moved], { DATA_DIR: theirs })
  await parleyOk(
    ['user', 'add', 'bob', '--password-stdin'],
    { DATA_DIR: theirs, DATABASE_URL: moved },
    'secret-1',
  )
  const late = await parley(['migrate-data', '--to', moved], { DATA_DIR: theirs })
  expect(late.stderr).toContain("has been the site's own database since")
  expect((await usersOf(moved)).map(({ username }: { username: string }) => username)).toEqual(['ann', 'bob'])
}, 300_000)

test('a table that is not the same afterwards is named, and no server takes the database', async () => {
  const DATA_DIR = await smallSite()
  const url = await newTarget()
  await parleyOk(['migrate'], { DATA_DIR, DATABASE_URL: url })
  await onPostgres(url, async (sql) => {
    await sql.unsafe(
      `create function spoil() returns trigger language plpgsql as
       $$ begin new.nickname := new.nickname || '!'; return new; end $$`,
    )
    await sql.unsafe('create trigger spoil before insert on "user" for each row execute function spoil()')
  })
  const { code, stdout, stderr } = await parley(['migrate-data', '--to', url], { DATA_DIR })
  expect(code).toBe(1)
  expect(lineOf(stdout, 'user').verdict).toBe('DIFFERS')
  expect(lineOf(stdout, 'message').verdict).toBe('verified')
  expect(stderr).toMatch(/^parley: user in \S+ differ from the source, .*\n$/)
  const started = await parley(['start'], { DATA_DIR, DATABASE_URL: url, PORT: '0' })
  expect(started.stderr).toContain('is not whole')

  await onPostgres(url, (sql) => sql.unsafe('drop trigger spoil on "user"'))
  const printed = await parleyOk(['migrate-data', '--to', url], { DATA_DIR })
  expect(lineOf(printed, 'user')).toEqual({ rows: 1, written: 1, removed: 1, verdict: 'verified' })
}, 300_000)

test('what PostgreSQL cannot store is replaced and said; what belongs nowhere is named', async () => {
  const DATA_DIR = await smallSite()
  const url = await newTarget()
  const db = sqliteOf(DATA_DIR)
  const add = db.query('insert into setting (name, value) values (?, ?)')
  add.run('first', 'a\0b\0')
  add.run('second', '\0')
  add.run('third', 'plain "\\u0000 🙂 \u2028')
  const printed = await parleyOk(['migrate-data', '--to', url], { DATA_DIR })
  expect(printed).toContain('2 texts held the character U+0000')
  const stored = await onPostgres(url, (sql) => sql.unsafe('select value from setting order by name'))
  expect(stored.map(({ value }: { value: string }) => value)).toEqual([
    'a\ufffdb\ufffd',
    '\ufffd',
    'plain "\\u0000 🙂 \u2028',
  ])

  db.run("update user set logout_at = 'soon'")
  db.close()
  const { code, stderr } = await parley(['migrate-data', '--to', url], { DATA_DIR })
  expect(code).toBe(1)
  expect(stderr).toBe(
    'parley: in the table user, logout_at of uid 1 is no whole number: it cannot be moved\n',
  )
}, 300_000)

test('an address or a source that is of no use ends with one line, which never shows a password', async () => {
  const DATA_DIR = await smallSite()
  const url = await newTarget()
  const changed = (change: (address: URL) => void) => {
    const address = new URL(url)
    address.password = 'S3cret-word'
    change(address)
    return address.href
  }
  const web = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('no database') })
  const empty = await smallSite()
  await writeFile(join(empty, 'parley.sqlite'), '')
  const foreign = await smallSite()
  await writeFile(join(foreign, 'parley.sqlite'), 'something else')
  const attempts: [to: string[], env: Record<string, string>, line: RegExp][] = [
    [[], {}, /^the option --to <address> is missing\. See parley migrate-data --help$/],
    [['--to'], {}, /^the option --to <address> needs a value\./],
    [['--to', ''], {}, /^--to is not valid: it may be a postgres:\/\/ address/],
    [['--to', 'mysql://parley:S3cret-word@localhost/parley'], {}, /^--to is not valid/],
    [['--to', 'postgres://parley:S3cret-word@'], {}, /^--to is not valid/],
    [
      ['--to', changed(() => {})],
      {},
      /cannot be opened \(password authentication failed .*check .* in --to$/,
    ],
    [['--to', changed((to) => (to.port = '1'))], {}, /cannot be opened \(.*connect.*\): check .* in --to$/],
    [
      ['--to', changed((to) => (to.port = String(web.port)))],
      {},
      /cannot be opened \(.*\): check .* in --to$/,
    ],
    [
      ['--to', url],
      { DATABASE_URL: changed(() => {}) },
      /^DATABASE_URL is set, so the site is on PostgreSQL/,
    ],
    [['--to', url], { DATA_DIR: await newDataDir() }, /^DATA_DIR is \S+, which holds no database/],
    [['--to', url], { DATA_DIR: empty }, /^\S+ holds no site of Parley/],
    [['--to', url], { DATA_DIR: foreign }, /^the database \S+ cannot be opened \(file is not a database\)/],
  ]
  for (const [to, env, line] of attempts) {
    const { code, stdout, stderr } = await parley(['migrate-data', ...to], { DATA_DIR, ...env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^parley: .*\n$/)
    expect(stderr.slice('parley: '.length, -1)).toMatch(line)
    expect(stderr).not.toContain('S3cret-word')
  }
  await web.stop(true)
  expect(
    await onPostgres(url, (sql) => sql.unsafe('select 1 from pg_tables where schemaname = current_schema()')),
  ).toHaveLength(0)
}, 300_000)
