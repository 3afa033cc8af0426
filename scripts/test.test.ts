import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/* `npm test` must not call a broken file a passed one. It is run here on folders with files of every kind. */

setDefaultTimeout(60_000)

const program = resolve(import.meta.dir, 'test.mjs')
const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

async function runOn(files: Record<string, string>, ...args: string[]) {
  const root = await mkdtemp(join(tmpdir(), 'parley-runner-'))
  folders.push(root)
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), content)
  }
  const child = Bun.spawn(['node', program, ...args], { cwd: root, stdout: 'pipe', stderr: 'pipe' })
  const output = await new Response(child.stdout).text()
  return { output, last: output.trimEnd().split('\n').at(-1), code: await child.exited }
}

const using = (code: string) => `import { beforeAll, describe, expect, test } from 'bun:test'\n${code}`
const fine = using(`test('fine', () => {})`)

describe('npm test', () => {
  test('counts passed tests and names skipped ones', async () => {
    const skipping = using(
      `describe('a & b', () => { test.skip('<later>', () => {}); test('now', () => {}) })`,
    )
    const { output, last, code } = await runOn({ 'a.test.ts': fine, 'b/c.test.ts': skipping }, '.test.ts')
    expect(last).toBe('2 passed, 0 failed, 1 skipped')
    expect(output).toContain('skipped: b/c.test.ts > <later>\n')
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

  test('a process that a test left behind does not hold it up', async () => {
    const leaving = using(`test('x', () => { Bun.spawn(['sleep', '600'], { stdout: 'inherit' }).unref() })`)
    expect((await runOn({ 'a.test.ts': leaving }, 'a.test')).last).toBe('1 passed, 0 failed')
  })

  test('a file that never ends is stopped and named', async () => {
    const { output, last, code } = await runOn(
      { 'a.test.ts': 'for (;;);', 'b.test.ts': fine },
      'test.ts',
      '--limit',
      '4',
    )
    expect(output).toContain('stopped: the file took longer than 4 s')
    expect(last).toBe('1 passed, 1 failed')
    expect(code).toBe(1)
  })

  test('no test at all is a failure', async () => {
    expect(await runOn({}, 'nothing')).toMatchObject({ last: '0 passed, 1 failed', code: 1 })
  })
})
