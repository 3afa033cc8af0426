import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/*
 * The launcher is tried on a copy of the layout, with a main.ts of its own: what it must do is find Bun, hand over
 * arguments, input and output, pass signals on and give the exit code back.
 */

const repository = resolve(import.meta.dir, '../../../..')
let root: string
let launcher: string

const MAIN = `
process.on('SIGTERM', () => { console.log('got SIGTERM'); process.exit(7) })
const [command, ...rest] = process.argv.slice(2)
if (command === 'echo') { console.log(JSON.stringify(rest), await Bun.stdin.text()); process.exit(3) }
if (command === 'die') process.kill(process.pid, 'SIGKILL')
console.log('ready ' + process.pid + ' ' + process.execArgv.join(' ') + ' ' + JSON.stringify([command, ...rest]))
setInterval(() => {}, 1000)
`

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-launcher-'))
  await mkdir(join(root, 'packages/server/bin'), { recursive: true })
  await mkdir(join(root, 'packages/server/src'))
  await mkdir(join(root, 'node_modules/.bin'), { recursive: true })
  launcher = join(root, 'node_modules/.bin/parley')
  await copyFile(
    join(repository, 'packages/server/bin/parley.mjs'),
    join(root, 'packages/server/bin/parley.mjs'),
  )
  await symlink('../../packages/server/bin/parley.mjs', launcher)
  await writeFile(join(root, 'packages/server/src/main.ts'), MAIN)
  await symlink(join(repository, 'node_modules/bun'), join(root, 'node_modules/bun'))
})

afterAll(() => rm(root, { recursive: true, force: true }))

function launch(...args: string[]) {
  return Bun.spawn(['node', launcher, ...args], { cwd: root, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' })
}

/** Reads standard output until a line starts with the given text; gives that line. */
async function lineStarting(stream: ReadableStream<Uint8Array>, start: string): Promise<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let seen = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`ended after ${JSON.stringify(seen)}, no line starts with ${start}`)
      seen += decoder.decode(value, { stream: true })
      const line = seen.split('\n').find((candidate) => candidate.startsWith(start))
      if (line && seen.includes(`${line}\n`)) return line
    }
  } finally {
    reader.releaseLock()
  }
}

/** Resolves when no process has this id any more. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    // A zombie (Z) has ended; only its parent has not asked for its code yet.
    if (state === undefined || state.slice(state.lastIndexOf(')') + 2).startsWith('Z')) return
    await Bun.sleep(5)
  }
}

describe('the parley launcher', () => {
  test('hands over arguments and input, and keeps the exit code', async () => {
    const child = launch('echo', 'a b', '--watch')
    child.stdin.write('typed')
    child.stdin.end()
    expect(await new Response(child.stdout).text()).toBe('["a b","--watch"] typed\n')
    expect(await child.exited).toBe(3)
  })

  test('passes SIGTERM on and waits for the server to finish', async () => {
    const child = launch('start')
    await lineStarting(child.stdout, 'ready')
    child.kill('SIGTERM')
    await lineStarting(child.stdout, 'got SIGTERM')
    expect(await child.exited).toBe(7)
  })

  test('a server that was killed is an error', async () => {
    expect(await launch('die').exited).not.toBe(0)
  })

  test.if(process.platform === 'linux')(
    'the server does not outlive a launcher that was killed',
    async () => {
      const child = launch('start')
      const ready = await lineStarting(child.stdout, 'ready')
      child.kill('SIGKILL')
      await gone(Number(ready.split(' ')[1]))
      expect(await child.exited).not.toBe(0)
    },
  )

  test('start --watch is taken by Bun, not handed to the server', async () => {
    const child = launch('start', '--watch', '--quiet')
    expect(await lineStarting(child.stdout, 'ready')).toMatch(/--watch .*\["start","--quiet"\]$/)
    child.kill('SIGTERM')
    await child.exited
  })

  test('a missing or blocked Bun is one clear line', async () => {
    const elsewhere = join(root, 'elsewhere')
    const bin = join(elsewhere, 'packages/server/bin')
    await mkdir(bin, { recursive: true })
    await copyFile(join(repository, 'packages/server/bin/parley.mjs'), join(bin, 'parley.mjs'))
    const attempt = async () => {
      const child = Bun.spawn(['node', join(bin, 'parley.mjs'), 'start'], { stdout: 'pipe', stderr: 'pipe' })
      const [out, err] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ])
      return { out, err, code: await child.exited }
    }
    await mkdir(join(elsewhere, 'node_modules/bun/bin'), { recursive: true })
    await writeFile(join(elsewhere, 'node_modules/bun/package.json'), '{"name":"bun"}')
    const noBinary = await attempt()
    await writeFile(join(elsewhere, 'node_modules/bun/bin/bun.exe'), 'echo "the install script did not run"')
    const placeholder = await attempt()
    for (const { out, err, code } of [noBinary, placeholder]) {
      expect(out).toBe('')
      expect(err).toMatch(/^parley: [^\n]*node node_modules\/bun\/install\.js[^\n]*\n$/)
      expect(code).toBe(1)
    }
  })
})
