import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { stat } from 'node:fs/promises'
import {
  call,
  cleanUp,
  newDataDir,
  parley,
  parleyAtTerminal,
  parleyOk,
  type Server,
  startCommand,
  until,
} from '../command.ts'

/* The commands for people and keys. */

afterAll(cleanUp)

async function signIn(url: string, username: string, password: string): Promise<string> {
  const { data } = await call(url, 'web/login/check', '', { username, password })
  return (data as { token?: string }).token ?? ''
}

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
  }, 300_000)

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
  }, 300_000)

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
  }, 300_000)

  async function appKey(url: string): Promise<string> {
    const { data } = (await (await fetch(`${url}/web/pop/getsetting`)).json()) as { data: { appkey: string } }
    return data.appkey
  }
})

describe('a password at the terminal', () => {
  test('is asked for twice and not shown', async () => {
    const DATA_DIR = await newDataDir()
    const terminal = parleyAtTerminal(['user', 'add', 'ann'], { DATA_DIR })
    await terminal.screen.includes('Password: ')
    terminal.type('secret-12\u007f\r')
    await terminal.screen.includes('Once more: ')
    terminal.type('secret-1\r')
    expect(await terminal.exited).toBe(0)
    expect(terminal.screen.text).toContain('The account ann is made (uid 1)')
    expect(terminal.screen.text).not.toContain('secret')
  })

  test('must be the same both times', async () => {
    const DATA_DIR = await newDataDir()
    const terminal = parleyAtTerminal(['admin', 'add', 'ann'], { DATA_DIR })
    await terminal.screen.includes('Password: ')
    terminal.type('secret-1\r')
    await terminal.screen.includes('Once more: ')
    terminal.type('secret-2\r')
    expect(await terminal.exited).toBe(1)
    expect(terminal.screen.text).toContain('parley: the two passwords differ')
    expect(JSON.parse(await parleyOk(['user', 'list', '--json'], { DATA_DIR }))).toEqual([])
  })

  test('may be left with Ctrl+C', async () => {
    const terminal = parleyAtTerminal(['user', 'add', 'ann'], { DATA_DIR: await newDataDir() })
    await terminal.screen.includes('Password: ')
    terminal.type('sec\u0003')
    expect(await terminal.exited).toBe(130)
  })
})

describe('what commands refuse', () => {
  let DATA_DIR: string

  beforeAll(async () => {
    DATA_DIR = await newDataDir()
    await parleyOk(['migrate'], { DATA_DIR })
  })

  test.each([
    [['user', 'add', 'bob', '--password-stdin'], '12345', /6 to 128 characters/],
    [['user', 'add', 'bob'], 'secret-1', /--password-stdin/],
    [['user', 'add', 'b o b', '--password-stdin'], 'secret-1', /letters and digits/],
    [['user', 'add', 'bob', '--phone', 'abc', '--password-stdin'], 'secret-1', /phone number/],
    [['user', 'password', 'nobody', '--password-stdin'], 'secret-1', /no account with the username "nobody"/],
    [['user', 'disable', 'nobody'], '', /no account with the username "nobody"/],
    [['user', 'list', '--limit', 'many'], '', /whole number above 0/],
  ])('%o', async (args, stdin, line) => {
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
