import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { freePort } from './services/ports.mjs'
import { startPostgres } from './services/postgres.mjs'

/* `npm test` must not call a broken file a passed one. It is run here on folders with files of every kind. */

setDefaultTimeout(300_000)

const program = resolve(import.meta.dir, 'test.mjs')
const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

const runOn = (files: Record<string, string>, ...args: string[]) => runWith({}, files, ...args)

async function runWith(env: Record<string, string>, files: Record<string, string>, ...args: string[]) {
  const root = await mkdtemp(join(tmpdir(), 'parley-runner-'))
  folders.push(root)
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), content)
  }
  const child = Bun.spawn(['node', program, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const output = await new Response(child.stdout).text()
  return { output, last: output.trimEnd().split('\n').at(-1), code: await child.exited }
}

const using = (code: string) => `import { beforeAll, describe, expect, test } from 'bun:test'\n${code}`
const fine = using(`test('fine', () => {})`)

describe('npm test', () => {
  test('counts passed tests and names skipped ones', async () => {
    const skipping = using(
      `describe('a & b', () => { test.skip('<later>', () => {}); test('now', () => {}) })
       describe.skipIf(true)('none', () => { beforeAll(() => {}); test.skip('that', () => {}) })`,
    )
    const { output, last, code } = await runOn({ 'a.test.ts': fine, 'b/c.test.ts': skipping }, '.test.ts')
    expect(last).toBe('2 passed, 0 failed, 2 skipped')
    expect(output).toContain('skipped: b/c.test.ts > <later>\nskipped: b/c.test.ts > that\n')
    expect(code).toBe(0)
  })

  test('takes only the files that were asked for, and none from node_modules', async () => {
    const files = { 'a.test.ts': fine, 'b.test.ts': fine, 'node_modules/x/a.test.ts': fine }
    expect((await runOn(files, 'a.test')).last).toBe('1 passed, 0 failed')
  })

  test.each([
    ['a failing test', using(`test('no', () => expect(1).toBe(2))`)],
    ['a failing hook', using(`beforeAll(() => { throw new Error('no') }); test('x', () => {})`)],
    ['an import that leads nowhere', `import './nowhere.ts'`],
    ['a file that ends early with code 0', using(`test('x', () => process.exit(0))`)],
    ['a file without tests', ''],
    ['an error after the last test', using(`test('x', () => { process.exitCode = 3 })`)],
    ['a forgotten .only', using(`test.only('x', () => {})`)],
  ])('%s is a failure that the other files do not suffer from', async (_, content) => {
    const { output, last, code } = await runOn({ 'bad.test.ts': content, 'fine.test.ts': fine }, '.test.ts')
    expect(last).toMatch(/^[12] passed, 1 failed$/)
    expect(output).toContain('FAIL  bad.test.ts')
    expect(output).not.toContain('FAIL  fine.test.ts')
    expect(code).toBe(1)
  })

  test('a journey that fails beside others runs once more alone: what passes then is named, what fails again has failed', async () => {
    const failing = (times: number) =>
      using(`import { appendFileSync, readFileSync } from 'node:fs'
        test('x', () => {
          appendFileSync(import.meta.path + '.runs', '.')
          if (readFileSync(import.meta.path + '.runs', 'utf8').length <= ${times}) throw new Error('run in vain')
        })`)
    const shaky = await runOn({ 'e2e/a.test.ts': failing(1), 'e2e/b.test.ts': fine }, '.test.ts')
    expect(shaky.output).toMatch(/^ok {4}e2e\/a\.test\.ts .*ran once more:$/m)
    expect(shaky.output).toContain('error: run in vain')
    expect(shaky.output).toContain('\nshaky: e2e/a.test.ts\n')
    expect([shaky.last, shaky.code]).toEqual(['2 passed, 0 failed', 0])
    const failed = await runOn({ 'e2e/a.test.ts': failing(2), 'b.test.ts': failing(1) }, '.test.ts')
    expect(failed.output).not.toContain('shaky:')
    expect([failed.last, failed.code]).toEqual(['0 passed, 2 failed', 1])
  })

  test('a process that a test left behind does not hold it up', async () => {
    const leaving = using(`test('x', () => { Bun.spawn(['sleep', '600'], { stdout: 'inherit' }).unref() })`)
    expect((await runOn({ 'a.test.ts': leaving }, 'a.test')).last).toBe('1 passed, 0 failed')
  })

  test('a file that never ends is stopped and named', async () => {
    const { output, last, code } = await runOn(
      // The other one has to come to its end on a busy machine, too.
      { 'a.test.ts': 'Bun.sleepSync(3_600_000)', 'b.test.ts': fine },
      'test.ts',
      '--limit',
      '15',
    )
    expect(output).toContain('stopped: the file took longer than 15 s')
    expect(last).toBe('1 passed, 1 failed')
    expect(code).toBe(1)
  })

  test('no test at all is a failure', async () => {
    expect(await runOn({}, 'nothing')).toMatchObject({ last: '0 passed, 1 failed', code: 1 })
  })
})

describe('npm test on two databases', () => {
  /** Fails with all that it finds out, so that the runner shows it. */
  const telling = using(`import { SQL } from 'bun'
    test('tells', async () => {
      const url = process.env.PARLEY_TEST_POSTGRES
      const rows = url ? await new SQL(url).unsafe('select 40 + 2 as sum') : []
      throw new Error('told: ' + process.env.PARLEY_TEST_BACKEND + ' ' + rows[0]?.sum)
    })`)
  const server = (...paths: string[]) =>
    Object.fromEntries(paths.map((path) => [`packages/server/${path}.test.ts`, telling]))
  const told = (output: string) =>
    [...output.matchAll(/FAIL {2}packages\/server\/(.*)\.test\.ts( on PostgreSQL)?|error: told: (.*)/g)]
      .map(([, file, on = '', found]) => (file ? `${file}${on}` : found))
      .join('; ')
      .replace(/; (sqlite|postgres)/g, ': $1')
      .split('; ')
      .sort()

  test('the behaviour tests run on both, everything else once', async () => {
    const files = server('test/a', 'test/sqlite/b', 'test/postgres/c', 'src/modules/d/e', 'src/f')
    const { output, last, code } = await runOn(files, '.test.ts')
    expect(told(output)).toEqual([
      'src/f: sqlite 42',
      'src/modules/d/e on PostgreSQL: postgres 42',
      'src/modules/d/e: sqlite 42',
      'test/a on PostgreSQL: postgres 42',
      'test/a: sqlite 42',
      'test/postgres/c: sqlite 42',
      'test/sqlite/b: sqlite 42',
    ])
    expect(output).toMatch(/^ok {4}services +PostgreSQL 18\.\d+, /m)
    expect(last).toBe('0 passed, 7 failed')
    expect(code).toBe(1)
  })

  test('--backend takes one of them', async () => {
    const files = server(
      ...['test/a', 'test/sqlite/b', 'test/postgres/c', 'test/cluster/d', 'src/f', 'src/storage/postgres/g'],
    )
    const [sqlite, postgres] = await Promise.all([
      runOn(files, '.test.ts', '--backend', 'sqlite'),
      runOn(files, '.test.ts', '--backend', 'postgres'),
    ])
    expect(told(sqlite.output)).toEqual([
      'src/f: sqlite undefined',
      'test/a: sqlite undefined',
      'test/sqlite/b: sqlite undefined',
    ])
    expect(told(postgres.output)).toEqual([
      'src/storage/postgres/g: sqlite 42',
      'test/a on PostgreSQL: postgres 42',
      'test/postgres/c: sqlite 42',
    ])
    const neither = await runOn(files, '--backend', 'mysql')
    expect(neither.code).toBe(2)
  })

  test('runs on a PostgreSQL that is there already', async () => {
    const running = await startPostgres({ durable: false })
    const { output, last } = await runOn(server('test/a'), '--backend', 'postgres', '--postgres', running.url)
    await running.close()
    expect(told(output)).toEqual(['test/a on PostgreSQL: postgres 42'])
    expect(last).toBe('0 passed, 1 failed')
  })

  test('a PostgreSQL that does not answer is a failure; what needs none runs', async () => {
    const files = { 'packages/server/test/a.test.ts': fine, 'packages/server/src/b.test.ts': fine }
    const nobody = `postgres://postgres:secret@127.0.0.1:${await freePort()}/postgres`
    const { output, last, code } = await runOn(files, '.test.ts', '--postgres', nobody)
    expect(output).toMatch(/^FAIL {2}services +\n +PostgreSQL does not answer: \S+/m)
    expect(output).not.toContain('secret')
    expect(last).toBe('2 passed, 1 failed')
    expect(code).toBe(1)
  })

  test('says how to get a Redis when there is none, and runs the rest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-path-'))
    folders.push(folder)
    for (const name of ['node', 'id']) await symlink(Bun.which(name)!, join(folder, name))
    const asking = using(
      `test.skipIf(!process.env.PARLEY_TEST_REDIS)('with Redis', () => {}); test('without', () => {})`,
    )
    const { output, last, code } = await runWith(
      { PATH: folder },
      { 'packages/server/test/a.test.ts': asking },
      '.test.ts',
    )
    expect(output).toMatch(/^ok {4}services +PostgreSQL 18\.\d+, no Redis\n.*apt-get install redis-server/m)
    expect(output).toContain('skipped: packages/server/test/a.test.ts > with Redis\n')
    expect(output).toContain('skipped: packages/server/test/a.test.ts on PostgreSQL > with Redis\n')
    expect(last).toBe('2 passed, 0 failed, 2 skipped')
    expect(code).toBe(0)
  })
})
