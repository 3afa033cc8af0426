import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/*
 * When `npm start` builds the web client and what it says. The script is the real one, in a made-up tree with a bundler that
 * copies; that the real client can be built is a check of `npm test`.
 */

const repository = resolve(import.meta.dir, '..')
const SCRIPT = 'packages/web/scripts/build.mjs'

/** Puts the sources' text into the page; says and fails what they tell it to. */
const BUNDLER = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const source = readFileSync('src/main.ts', 'utf8')
if (source.includes('warn')) console.error('a warning')
if (source.includes('broken')) throw new SyntaxError('src/main.ts is broken')
const folder = process.argv[process.argv.indexOf('--outDir') + 1]
mkdirSync(folder)
writeFileSync(folder + '/index.html', source + process.env.NODE_ENV)`

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-build-'))
  for (const [file, content] of Object.entries({
    'package.json': '{"type":"module"}',
    'packages/client/src/index.ts': '',
    'packages/contract/src/index.ts': '',
    'packages/web/src/main.test.ts': '',
    'packages/web/src/stores/chats.ts': '',
    'node_modules/vite/package.json': '{"name":"vite","type":"module"}',
    'node_modules/vite/bin/vite.js': BUNDLER,
    'node_modules/@vitejs/plugin-vue/index.js': '',
  })) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), content)
  }
  await cp(join(repository, SCRIPT), join(root, SCRIPT))
  await symlink(join(repository, 'node_modules/bun'), join(root, 'node_modules/bun'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const write = (text: string) => writeFile(join(root, 'packages/web/src/main.ts'), text)
const page = () => readFile(join(root, 'packages/web/dist/index.html'), 'utf8')
const left = async () => (await readdir(join(root, 'packages/web'))).filter((name) => name.startsWith('.'))

beforeEach(async () => {
  await rm(join(root, 'packages/web/dist'), { recursive: true, force: true })
  await write('first ')
})

async function run(args: string[], env: Record<string, string> = {}) {
  const variables = { ...process.env, LC_ALL: '', LC_MESSAGES: '', LANG: 'en_US.UTF-8', NODE_ENV: '', ...env }
  const child = Bun.spawn(['node', ...args], { cwd: root, env: variables, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { out, err, code: await child.exited }
}

/** What a start prints before it goes on. */
const start = async (env?: Record<string, string>) => {
  const { out, err, code } = await run(
    ['-e', `import('./${SCRIPT}').then(({ buildIfNeeded }) => buildIfNeeded())`],
    env,
  )
  expect([err, code]).toEqual(['', 0])
  return out
}
const BUILT = /^Building the web client … \d+\.\d s\n$/

describe('a start', () => {
  test('builds what is missing, in one line, for production whatever the shell says', async () => {
    expect(await start({ NODE_ENV: 'development' })).toMatch(BUILT)
    expect(await page()).toBe('first production')
    expect(await left()).toEqual([])
  })

  test('builds nothing when nothing has changed', async () => {
    await start()
    expect(await start()).toBe('')
  })

  test.each([
    ...['packages/web/src/stores/chats.ts', 'packages/client/src/index.ts', 'packages/contract/src/index.ts'],
    // The folder tells of files that are gone.
    'packages/web/src/stores',
  ])('builds anew after a change of %s', async (path) => {
    await start()
    const later = new Date(Date.now() + 1000)
    await utimes(join(root, path), later, later)
    expect(await start()).toMatch(BUILT)
    const now = new Date()
    await utimes(join(root, path), now, now)
  })

  test('does not build for tests', async () => {
    await start()
    const later = new Date(Date.now() + 1000)
    await utimes(join(root, 'packages/web/src/main.test.ts'), later, later)
    expect(await start()).toBe('')
  })

  test('says in one line why it cannot build, and goes on', async () => {
    await write('broken')
    expect(await start()).toMatch(
      /^Building the web client … failed \(.*src\/main\.ts is broken.*\): the server starts without its pages\n$/,
    )
    await write('whole ')
    await start()
    await write('broken again')
    expect(await start()).toEndWith(': the one that is there is served\n')
    expect(await page()).toBe('whole production')
    expect(await left()).toEqual([])
  })

  test('goes on without the packages that only development needs', async () => {
    await rm(join(root, 'node_modules/@vitejs'), { recursive: true })
    expect(await start()).toContain('failed (packages for development are missing, npm ci brings them)')
    expect(await start({ LANG: 'zh_CN.UTF-8' })).toBe(
      '正在构建网页版 … 失败 (缺少开发依赖，请先运行 npm ci): 服务器启动后没有网页\n',
    )
    await mkdir(join(root, 'node_modules/@vitejs/plugin-vue'), { recursive: true })
    await writeFile(join(root, 'node_modules/@vitejs/plugin-vue/index.js'), '')
  })

  test('removes what a build left that was killed, and not that of one that runs', async () => {
    for (const name of ['.dist-999999999', `.dist-${process.pid}`])
      await mkdir(join(root, 'packages/web', name), { recursive: true })
    await start()
    expect(await left()).toEqual([`.dist-${process.pid}`])
    await rm(join(root, 'packages/web', `.dist-${process.pid}`), { recursive: true })
  })
})

describe('npm run build', () => {
  test('builds in any case, and shows warnings', async () => {
    await start()
    await write('warn ')
    const { out, err, code } = await run([SCRIPT])
    expect({ out, err, code }).toEqual({ out: '', err: 'a warning\n', code: 0 })
    expect(await page()).toBe('warn production')
  })

  test('shows all that went wrong, and fails', async () => {
    await write('broken')
    const { err, code } = await run([SCRIPT])
    expect(err).toContain('src/main.ts is broken')
    expect(err.split('\n').length).toBeGreaterThan(2)
    expect(code).toBe(1)
  })
})
