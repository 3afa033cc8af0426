import { afterAll, describe, expect, test } from 'bun:test'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import {
  call,
  cleanUp,
  newDataDir,
  parley,
  parleyAtTerminal,
  parleyOk,
  startCommand,
  until,
} from '../command.ts'
import { beginEndlessUpload } from '../endless-upload.ts'

/* Starting, stopping, and what may go wrong with it. */

afterAll(cleanUp)

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

async function signIn(url: string, username: string, password: string): Promise<string> {
  const { data } = await call(url, 'web/login/check', '', { username, password })
  return (data as { token?: string }).token ?? ''
}

describe('parley start', () => {
  test('says at the first start all that a newcomer needs, and keeps secrets to itself', async () => {
    const DATA_DIR = await newDataDir()
    const server = await startCommand({ DATA_DIR })
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await server.output.includes('Ctrl+C')
    const lines = server.banner()
    expect(lines.length).toBeLessThanOrEqual(10)
    const text = lines.join('\n')
    expect(text).toContain(server.url)
    expect(text).toContain(DATA_DIR)
    expect(text).toContain('ADMIN_USERNAME')
    expect(text).toContain(join(DATA_DIR, 'server.key'))
    const link = /http\S+\/setup\?token=\S+/.exec(text)![0]
    expect(await (await fetch(link)).text()).toContain('<form')
    for (const name of ['server.key', 'setup.token', 'parley.sqlite']) {
      expect(await modeOf(join(DATA_DIR, name))).toBe('600')
    }
    expect(await modeOf(DATA_DIR)).toBe('700')
    const pid = Number(await readFile(join(DATA_DIR, 'parley.pid'), 'utf8'))
    expect(process.kill(pid, 0)).toBe(true)
    expect(await server.stop()).toBe(0)
    expect(() => process.kill(pid, 0)).toThrow()
    expect(await stat(join(DATA_DIR, 'parley.pid')).catch(() => 'gone')).toBe('gone')
  })

  test('keeps everything over a restart, and says less the second time', async () => {
    const DATA_DIR = await newDataDir()
    const first = await startCommand({ DATA_DIR })
    const key = (await readFile(join(DATA_DIR, 'server.key'), 'utf8')).trim()
    const person = { username: 'ann', nickname: '安', avatar: '', password: 'secret-1' }
    expect(await call(first.url, 'api/user/add', key, person)).toMatchObject({ code: 0, data: { uid: 1 } })
    const token = await signIn(first.url, 'ann', 'secret-1')
    expect(await first.stop('SIGINT')).toBe(0)

    const second = await startCommand({ DATA_DIR })
    expect(second.banner().length).toBeLessThanOrEqual(3)
    expect(await call(second.url, 'api/user/get', key, { username: 'ann' })).toMatchObject({
      data: { nickname: '安' },
    })
    expect(await call(second.url, 'web/friend/applycount', token)).toMatchObject({ code: 0, data: 0 })
    await second.stop('SIGKILL')
    const third = await startCommand({ DATA_DIR })
    expect(await call(third.url, 'web/friend/applycount', token)).toMatchObject({ code: 0 })
    await third.stop()
  })

  test('makes the administrator of ADMIN_USERNAME and speaks of no link then', async () => {
    const DATA_DIR = await newDataDir()
    const env = { DATA_DIR, ADMIN_USERNAME: 'root', ADMIN_PASSWORD: 'secret-1' }
    const server = await startCommand(env)
    expect(server.banner().join('\n')).not.toContain('setup?token')
    expect(await signIn(server.url, 'root', 'secret-1')).not.toBe('')
    await server.stop()
    const [row] = JSON.parse(await parleyOk(['user', 'list', '--json'], { DATA_DIR }))
    expect(row).toMatchObject({ username: 'root', is_admin: true })
  })

  test('ends at once at the second signal, whatever still runs', async () => {
    const DATA_DIR = await newDataDir()
    const server = await startCommand({ DATA_DIR })
    const key = (await readFile(join(DATA_DIR, 'server.key'), 'utf8')).trim()
    await beginEndlessUpload(server.url, key)
    await until(
      async () => (await (await fetch(`${server.url}/healthz`)).json()).status,
      (status) => status === 'ok',
    )
    server.signal('SIGTERM')
    await server.output.includes('"stopping"')
    server.signal('SIGINT')
    expect(await server.exited).toBe(130)
    expect(server.output.text).not.toContain('"stopped"')
  })

  test('stops in good order at Ctrl+C', async () => {
    const DATA_DIR = await newDataDir()
    const terminal = parleyAtTerminal(['start'], { DATA_DIR, PORT: '0' })
    await terminal.screen.includes('Ctrl+C')
    terminal.type('\u0003')
    expect(await terminal.exited).toBe(0)
    expect(terminal.screen.text).toContain('"stopped"')
    expect(await stat(join(DATA_DIR, 'parley.pid')).catch(() => 'gone')).toBe('gone')
  })

  test('reloads at SIGHUP, and stops in good order when its terminal is closed', async () => {
    const DATA_DIR = await newDataDir()
    const server = await startCommand({ DATA_DIR })
    server.signal('SIGHUP')
    await server.output.includes('"reloaded"')
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await server.stop()

    const terminal = parleyAtTerminal(['start'], { DATA_DIR, PORT: '0' })
    await terminal.screen.includes('Data: ')
    terminal.close()
    // The server's own where Node can hand its process over to it; else the launcher ends by the signal.
    expect([0, 128 + constants.signals.SIGHUP]).toContain(await terminal.exited)
    // The server takes it away as the last thing it does.
    expect(await stat(join(DATA_DIR, 'parley.pid')).catch(() => 'gone')).toBe('gone')
  }, 300_000)

  test('speaks Chinese where the terminal does', async () => {
    const DATA_DIR = join(dirname(import.meta.path), 'cli.test.ts')
    const { stderr } = await parley(['start'], { DATA_DIR, LANG: 'zh_CN.UTF-8' })
    expect(stderr).toMatch(/^parley: DATA_DIR .*请把 DATA_DIR 设为其他文件夹\n$/)
  })
})

describe('a start that cannot be', () => {
  /** Environment → what the one line must say. */
  async function refusals(): Promise<[Record<string, string>, RegExp][]> {
    const busy = Bun.serve({ port: 0, fetch: () => new Response() })
    taken.push(busy)
    const damaged = await newDataDir()
    await mkdir(damaged, { recursive: true })
    await writeFile(join(damaged, 'parley.sqlite'), 'this is no database, however long one looks at it')
    const DATA_DIR = await newDataDir()
    return [
      [
        { DATA_DIR, PORT: String(busy.port) },
        new RegExp(`PORT ${busy.port} is taken: set PORT to another one`),
      ],
      [{ DATA_DIR, HOST: '203.0.113.7' }, /HOST "203\.0\.113\.7" is no address of this machine/],
      [{ DATA_DIR: join(import.meta.path, 'data') }, /DATA_DIR .* cannot be written .*set DATA_DIR/],
      [{ DATA_DIR: import.meta.path }, /DATA_DIR .* cannot be written .*set DATA_DIR/],
      [{ DATA_DIR: damaged }, /parley\.sqlite cannot be opened \(file is not a database\).*DATA_DIR/],
      [{ DATA_DIR, DATABASE_URL: 'postgres://nobody@localhost/none' }, /DATABASE_URL/],
      [{ DATA_DIR, DATABASE_URL: 'mysql://root:geheim@localhost' }, /^parley: DATABASE_URL is not valid/],
      [{ DATA_DIR, PORT: 'eighty' }, /PORT is "eighty": it may be a port number/],
      [{ DATA_DIR, ADMIN_USERNAME: 'root' }, /ADMIN_PASSWORD is not set, but ADMIN_USERNAME is/],
      [{ DATA_DIR, SMS_DRIVER: 'pigeon' }, /SMS_DRIVER is "pigeon": it may be log, webhook/],
    ]
  }
  const taken: Bun.Server<undefined>[] = []
  afterAll(() => taken.forEach((server) => void server.stop(true)))

  test('says in one line which variable to change, and ends with 1', async () => {
    const cases = await refusals()
    const outcomes = await Promise.all(cases.map(([env]) => parley(['start'], { PORT: '0', ...env })))
    for (const [index, { code, stdout, stderr }] of outcomes.entries()) {
      expect(stderr).toMatch(cases[index]![1])
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(stderr).not.toMatch(/\bat .*:\d+|geheim/)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    }
  }, 300_000)

  test('leaves no data folder behind when the port is taken', async () => {
    const busy = Bun.serve({ port: 0, fetch: () => new Response() })
    taken.push(busy)
    const DATA_DIR = await newDataDir()
    await parley(['start'], { DATA_DIR, PORT: String(busy.port) })
    expect(await stat(DATA_DIR).catch(() => 'absent')).toBe('absent')
  })

  test('is one in the folder of a server that runs', async () => {
    const DATA_DIR = await newDataDir()
    const server = await startCommand({ DATA_DIR })
    const { code, stderr } = await parley(['start'], { DATA_DIR, PORT: '0' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^parley: DATA_DIR \S+ is in use by another Parley server \(process \d+\): .*\n$/)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await server.stop()
  })
})
