import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startSite, type TestSite, type TestUser } from './site.ts'

/* What is published, built and used as others use it: by Node, by TypeScript, by a bot. */

const root = resolve(import.meta.dir, '..')
const require = createRequire(import.meta.url)
const GZIP_BYTES_MAX = 15 * 1024

let folder: string
let site: TestSite
let tom: TestUser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-client-'))
  const build = Bun.spawn([process.execPath, join(root, 'scripts/build.ts'), join(folder, 'dist')], {
    stderr: 'pipe',
  })
  if ((await build.exited) !== 0) throw new Error(await new Response(build.stderr).text())
  site = await startSite()
  tom = await site.user({ nickname: '猫猫' })
}, 300_000)
afterAll(async () => {
  await site.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the package', () => {
  test('is small, and holds neither the schemas nor what makes them', async () => {
    const { outputs } = await Bun.build({ entrypoints: [join(folder, 'dist/index.js')], minify: true })
    const script = await outputs[0]!.text()
    expect(Bun.gzipSync(script).length).toBeLessThan(GZIP_BYTES_MAX)
    expect(script).not.toMatch(/zod/i)
  })

  test('needs nothing else, and says what it is', async () => {
    const script = await readFile(join(folder, 'dist/index.js'), 'utf8')
    expect(script).not.toMatch(/^import |\brequire\(/m)
    const about = JSON.parse(await readFile(join(folder, 'dist/package.json'), 'utf8'))
    expect(about).toMatchObject({
      ...{ name: '@parley/client', version: '0.1.0', license: 'MIT', type: 'module', sideEffects: false },
      exports: { '.': { types: './index.d.ts', default: './index.js' } },
    })
    expect(about).not.toHaveProperty('private')
    expect(about).not.toHaveProperty('dependencies')
    expect(about).not.toHaveProperty('devDependencies')
  })

  test('its types stand alone, and know every operation and event', async () => {
    await writeFile(join(folder, 'use.ts'), USE)
    const options = {
      ...{ strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: [], skipLibCheck: false },
      lib: ['es2022', 'dom', 'dom.iterable'],
    }
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['use.ts'] }),
    )
    const check = Bun.spawn(['node', require.resolve('typescript/bin/tsc'), '-p', folder], { stdout: 'pipe' })
    expect(await new Response(check.stdout).text()).toBe('')
    expect(await check.exited).toBe(0)
  }, 300_000)

  test('works in Node', async () => {
    const script = join(folder, 'use.mjs')
    await writeFile(script, NODE)
    const child = Bun.spawn(
      ['node', '--experimental-websocket', '--no-warnings', script, site.url, tom.token],
      {
        stdout: 'pipe',
        stderr: 'pipe',
      },
    )
    const [out, errors] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    expect(errors).toBe('')
    expect(JSON.parse(out)).toEqual({
      ...{ nickname: '猫猫', sent: 'sent', heard: 'from Node', size: '11 Bytes', code: 101 },
    })
  })
})

test('the example is a bot that answers', async () => {
  const account = { username: 'echo', nickname: 'Echo', password: 'secret-1' }
  const { uid } = await site.visitor().ok('login/join', account)
  const echo = { ...account, uid, token: '' }
  await site.befriend(tom, echo)
  const listener = await site.listen(tom, `user-${tom.uid}`)
  const bot = Bun.spawn([process.execPath, join(root, 'examples/echo-bot.ts')], {
    env: { ...process.env, PARLEY_URL: site.url, PARLEY_USERNAME: 'echo', PARLEY_PASSWORD: 'secret-1' },
    stdout: 'pipe',
  })
  const lines = bot.stdout.pipeThrough(new TextDecoderStream()).getReader()
  let said = ''
  while (!said.includes('listens')) {
    const { done, value } = await lines.read()
    if (done) throw new Error(`the bot ended: ${said}`)
    said += value
  }
  expect(said).toContain('online')
  await site.as(tom).ok('message/send', { to: echo.uid, type: 'friend', content: 'is anybody there?' })
  await listener.next('message')
  expect(await listener.next('message')).toMatchObject({
    from: String(echo.uid),
    content: 'is anybody there?',
  })
  bot.kill('SIGTERM')
  expect(await bot.exited).toBe(0)
}, 300_000)

const USE = `
import { createClient, type DataOf, type MessageContent, parseContent, type PushEvents } from './dist/index.js'
const client = createClient({ url: 'x' })
export const sent: Promise<{ mid: number; seq: number }> =
  client.call('message/send', { to: 1, type: 'friend', content: 'x' })
export const picture: Promise<Blob> = client.call('qrcode/get', { content: 'x' })
client.call('pop/get')
client.call('message/get', { id: 1, type: 'group' })
// @ts-expect-error a uid is a number
client.call('message/send', { to: 'x', type: 'friend', content: 'x' })
// @ts-expect-error it needs parameters
client.call('message/send')
// @ts-expect-error there is no such operation
client.call('nowhere/at_all')
// @ts-expect-error files go another way
client.call('upload/img')
client.on('state', ({ uid, state }) => {
  const values: [number, 'online' | 'offline'] = [uid, state]
  return values
})
client.on('message', ({ content }): MessageContent => parseContent(content))
export type Some = [DataOf<'user/get'>['nickname'], PushEvents['revoke']['mid']]
`

const NODE = `
import { createClient, ParleyError } from './dist/index.js'
const [url, token] = process.argv.slice(2)
const client = createClient({ url, token })
const { mine } = await client.connect()
const gid = Number((await client.call('group/create', {})).gid)
const heard = new Promise((resolve) => client.on('message', ({ content }) => resolve(content)))
const sent = new Promise((resolve) => client.on('outbox', ({ state }) => state !== 'sending' && resolve(state)))
client.send({ type: 'group', id: gid }, 'from Node')
const { size } = await client.upload('file', new Blob(['hello Node!']), { name: 'hello.txt' })
const error = await client.call('user/get', { uid: 999999 }).catch((error) => error)
console.log(JSON.stringify({
  nickname: mine.nickname, sent: await sent, heard: await heard, size,
  code: error instanceof ParleyError && error.code,
}))
client.close()
`
