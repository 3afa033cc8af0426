import { afterAll, describe, expect, test } from 'bun:test'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { call, cleanUp, newDataDir, parley, parleyOk, type Server, startCommand, until } from './command.ts'

/* Starting, what may go wrong with it, and the commands for people and keys. */

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
    await until(
      async () => server.banner(),
      (lines) => lines.at(-1)!.includes('Ctrl+C'),
    )
    const lines = server.banner()
    expect(lines.length).toBeLessThanOrEqual(10)
    const text = lines.join('\n')
    expect(text).toContain(server.url)
    expect(text).toContain(DATA_DIR)
    expect(text).toContain('ADMIN_USERNAME')
    expect(text).toContain(join(DATA_DIR, 'server.key'))
    const link = /http\S+\/setup\?token=\S+/.exec(text)![0]
    expect(await (await fetch(link)).text()).toContain('<form')
    for (const name of ['secrets.json', 'server.key', 'setup.token']) {
      expect(await modeOf(join(DATA_DIR, name))).toBe('600')
    }
    expect(await modeOf(DATA_DIR)).toBe('700')
    expect(Number(await readFile(join(DATA_DIR, 'parley.pid'), 'utf8'))).toBe(server.pid)
    expect(await server.stop()).toBe(0)
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
    for (const [env, line] of await refusals()) {
      const { code, stdout, stderr } = await parley(['start'], { PORT: '0', ...env })
      expect(stderr).toMatch(line)
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(stderr).not.toMatch(/\bat .*:\d+|geheim/)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    }
  }, 30_000)

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
    expect(stderr).toBe(
      `parley: DATA_DIR ${DATA_DIR} is in use by another Parley server (process ${server.pid}): stop it, or set DATA_DIR to another folder\n`,
    )
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await server.stop()
  })
})

describe('beside a running server', () => {
  let DATA_DIR: string
  let server: Server

  async function ready(): Promise<{ url: string; env: { DATA_DIR: string } }> {
    DATA_DIR ??= await newDataDir()
    server ??= await startCommand({ DATA_DIR })
    return { url: server.url, env: { DATA_DIR } }
  }

  test('user add, password, disable and enable act at once', async () => {
    const { url, env } = await ready()
    const add = ['user', 'add', 'Bob', '--nickname', '鲍勃', '--member', '--password-stdin']
    expect(await parleyOk(add, env, 'secret-1\n')).toBe('The account Bob is made (uid 1)')
    const first = await signIn(url, 'bob', 'secret-1')
    expect(await call(url, 'web/user/getbyname', first, { username: 'Bob' })).toMatchObject({
      data: { nickname: '鲍勃', is_member: 1 },
    })

    await parleyOk(['user', 'password', 'bob', '--password-stdin'], env, 'secret-2')
    await until(
      () => call(url, 'web/friend/applycount', first),
      ({ code }) => code === -1,
    )
    expect(await signIn(url, 'bob', 'secret-1')).toBe('')
    const second = await signIn(url, 'bob', 'secret-2')
    expect(await call(url, 'web/friend/applycount', second)).toMatchObject({ code: 0 })

    const socket = new WebSocket(`${url.replace('http', 'ws')}/app/${await appKey(url)}?token=${second}`)
    const closed = Promise.withResolvers<number>()
    socket.addEventListener('close', ({ code }) => closed.resolve(code))
    await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
    await parleyOk(['user', 'disable', 'bob'], env)
    expect(await closed.promise).toBeGreaterThanOrEqual(4000)
    expect(await call(url, 'web/friend/applycount', second)).toMatchObject({ code: -1 })
    expect(await signIn(url, 'bob', 'secret-2')).toBe('')

    await parleyOk(['user', 'enable', 'bob'], env)
    await until(
      () => signIn(url, 'bob', 'secret-2'),
      (token) => token !== '',
    )
  }, 20_000)

  test('key add, list and revoke', async () => {
    const { url, env } = await ready()
    const key = await parleyOk(['key', 'add', 'website'], env)
    expect(key).toMatch(/^pk_\S{40,}$/)
    expect(await call(url, 'api/user/get', key, { uid: 999 })).toMatchObject({ code: 101 })
    const list = JSON.parse(await parleyOk(['key', 'list', '--json'], env)) as {
      name: string
      revoked_at: unknown
    }[]
    expect(list.map(({ name }) => name)).toEqual(['first', 'website'])
    expect(JSON.stringify(list)).not.toContain(key)

    expect(await parleyOk(['key', 'revoke', 'website'], env)).toContain('website')
    await until(
      () => call(url, 'api/user/get', key, { uid: 999 }),
      ({ code }) => code === -1,
    )
    const again = await parley(['key', 'revoke', 'website'], env)
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toContain('no good key is called "website"')
  }, 20_000)

  test('admin add makes an account or promotes one', async () => {
    const { url, env } = await ready()
    await parleyOk(['admin', 'add', 'chief', '--password-stdin'], env, 'secret-1')
    const token = await signIn(url, 'chief', 'secret-1')
    expect(await call(url, 'web/admin/settings', token)).toMatchObject({ code: 0 })

    await parleyOk(['user', 'add', 'deputy', '--password-stdin'], env, 'secret-1')
    const deputy = await signIn(url, 'deputy', 'secret-1')
    expect((await call(url, 'web/admin/settings', deputy)).code).not.toBe(0)
    expect(await parleyOk(['admin', 'add', 'deputy'], env)).toContain('password stays')
    await until(
      () => call(url, 'web/admin/settings', deputy),
      ({ code }) => code === 0,
    )
  }, 20_000)

  async function appKey(url: string): Promise<string> {
    const { data } = (await (await fetch(`${url}/web/pop/getsetting`)).json()) as { data: { appkey: string } }
    return data.appkey
  }
})

describe('what commands refuse', () => {
  test.each([
    [['user', 'add', 'bob', '--password-stdin'], '12345', /6 to 128 characters/],
    [['user', 'add', 'bob'], 'secret-1', /--password-stdin/],
    [['user', 'add', 'b o b', '--password-stdin'], 'secret-1', /letters and digits/],
    [['user', 'add', 'bob', '--phone', 'abc', '--password-stdin'], 'secret-1', /phone number/],
    [['user', 'password', 'nobody', '--password-stdin'], 'secret-1', /no account with the username "nobody"/],
    [['user', 'disable', 'nobody'], '', /no account with the username "nobody"/],
    [['user', 'list', '--limit', 'many'], '', /whole number above 0/],
  ])('%o', async (args, stdin, line) => {
    const DATA_DIR = await newDataDir()
    await parleyOk(['migrate'], { DATA_DIR })
    const { code, stdout, stderr } = await parley(args, { DATA_DIR }, stdin)
    expect(stderr).toMatch(line)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  test('a folder without a database is not taken for an empty site', async () => {
    const DATA_DIR = await newDataDir()
    for (const args of [
      ['user', 'list'],
      ['key', 'list'],
      ['backup', 'x.tar.gz'],
      ['user', 'disable', 'bob'],
    ]) {
      const { code, stderr } = await parley(args, { DATA_DIR })
      expect(code).toBe(1)
      expect(stderr).toContain('which holds no database: set DATA_DIR')
    }
    expect(await stat(DATA_DIR).catch(() => 'absent')).toBe('absent')
  })
})
