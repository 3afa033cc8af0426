import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Subprocess } from 'bun'
import { startSite, type TestSite } from '../packages/server/test/harness.ts'
import { readText } from './deploy-files.ts'

/*
 * The proxies' files with the real proxies in front of a real site, and the unit with systemd's own checks. What is not
 * installed is skipped, and named as such.
 */

const find = (program: string) => Bun.which(program, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` })
const nginx = find('nginx')
const openssl = find('openssl')
const caddy = find('caddy')
const systemd = find('systemd-analyze')

const START_MS_MAX = 15_000
/** Larger than what nginx lets through unless it is told otherwise. */
const UPLOAD_BYTES = 12_000_000
/** An address that may use the API without a key: who can make the site believe to be there has got in. */
const FRIEND = '203.0.113.9'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-proxies-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a program to its end; gives its exit code and all that it printed. */
async function run(command: string[], env: Record<string, string> = {}) {
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe', env: { ...process.env, ...env } })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, output: out + err }
}

async function freePort(): Promise<number> {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
  const port = server.port!
  await server.stop(true)
  return port
}

/** Replaces each of the texts, all of which have to be there. */
function changed(text: string, changes: [from: string, to: string][]): string {
  return changes.reduce((before, [from, to]) => {
    const after = before.replaceAll(from, to)
    if (after === before) throw new Error(`the file no longer holds ${JSON.stringify(from)}`)
    return after
  }, text)
}

/** A proxy in front of a site; the first of its two nodes is one that is not there. */
interface Proxy {
  command: string[]
  check: string[]
  env: Record<string, string>
}

/** nginx as the file says, but for names, ports and certificate. */
async function prepareNginx(port: number, nodes: string[]): Promise<Proxy> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const made = await run([
    ...[openssl!, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', certificate],
  ])
  if (made.code !== 0) throw new Error(made.output)
  // Without counting failures, so that each request may meet the node that is not there, not only the first.
  const servers = nodes.map((node) => `server ${node} max_fails=0;`)
  const site = changed(readText('deploy/nginx/parley.conf'), [
    ['server 127.0.0.1:6060 max_fails=1 fail_timeout=5s;', servers.join('\n')],
    ['listen 80;', `listen 127.0.0.1:${await freePort()};`],
    ['listen [::]:80;', ''],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`],
    ['listen [::]:443 ssl http2;', ''],
    ['chat.example.com;', 'localhost;'],
    ['/etc/letsencrypt/live/chat.example.com/fullchain.pem', certificate],
    ['/etc/letsencrypt/live/chat.example.com/privkey.pem', key],
    ['/var/log/nginx', folder],
  ])
  await writeFile(join(folder, 'site.conf'), site)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const main = join(folder, 'nginx.conf')
  await writeFile(
    main,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr; events {} http {
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
      include ${folder}/site.conf;
    }`,
  )
  return { command: [nginx!, '-c', main], check: [nginx!, '-t', '-c', main], env: {} }
}

/** Caddy as the file says, but for its ports. */
async function prepareCaddy(port: number, nodes: string[]): Promise<Proxy> {
  const file = join(folder, 'Caddyfile')
  const text = changed(readText('deploy/caddy/Caddyfile'), [
    ['skip_install_trust', `skip_install_trust\nadmin off\nhttp_port ${await freePort()}`],
  ])
  await writeFile(file, text)
  const options = ['--config', file, '--adapter', 'caddyfile']
  return {
    command: [caddy!, 'run', ...options],
    check: [caddy!, 'validate', ...options],
    env: {
      SITE_HOST: `localhost:${port}`,
      PARLEY_NODES: nodes.join(' '),
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    },
  }
}

// The certificate is signed by nobody whom the runtime knows.
const tls = { rejectUnauthorized: false }

/** The runtime's WebSocket takes them, too; the DOM's types do not know. */
const SocketWithTls = WebSocket as unknown as new (url: string, options: { tls: object }) => WebSocket

/** Waits until the proxy answers for the site. @throws Error when it ends or does not get there */
async function whenUp(url: string, child: Subprocess): Promise<void> {
  const end = performance.now() + START_MS_MAX
  while (child.exitCode === null && performance.now() < end) {
    const answer = await fetch(`${url}/livez`, { tls }).catch(() => undefined)
    if (answer?.ok) return
    await Bun.sleep(50)
  }
  throw new Error('the proxy did not start')
}

describe.each([
  { name: 'nginx', missing: !nginx || !openssl, prepare: prepareNginx },
  { name: 'Caddy', missing: !caddy, prepare: prepareCaddy },
])('$name', ({ missing, prepare }) => {
  describe.skipIf(missing)('in front of a site', () => {
    let site: TestSite
    let proxy: Proxy
    let child: Subprocess | undefined
    let url: string

    beforeAll(async () => {
      site = await startSite({ env: { TRUST_PROXY: '127.0.0.1', API_ALLOW_IPS: FRIEND } })
      const port = await freePort()
      url = `https://localhost:${port}`
      proxy = await prepare(port, [`127.0.0.1:${await freePort()}`, `127.0.0.1:${site.server.port}`])
      child = Bun.spawn(proxy.command, {
        stdout: 'ignore',
        stderr: 'ignore',
        env: { ...process.env, ...proxy.env },
      })
      await whenUp(url, child)
    })
    afterAll(async () => {
      child?.kill()
      await child?.exited
      await site?.close()
    })

    const call = async (path: string, fields?: FormData | URLSearchParams, headers = {}) => {
      const body = fields && { method: 'POST', body: fields }
      const response = await fetch(`${url}/${path}`, { tls, headers, ...body })
      return (await response.json()) as { code: number; data: any }
    }
    const key = () => ({ authorization: `Bearer ${site.key}` })

    test('the file passes its own check', async () => {
      const { code, output } = await run(proxy.check, proxy.env)
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    })

    test('a node that is not there is nobody’s trouble, not even for what may be sent only once', async () => {
      const [ann, bob] = await site.users(2)
      await site.befriend(ann!, bob!)
      for (let sent = 1; sent <= 20; sent++) {
        const fields = { login_uid: ann!.uid, to: bob!.uid, type: 'friend', content: 'hello' }
        const body = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, `${value}`]))
        expect(await call('api/message/send', body, key())).toMatchObject({ code: 0, data: { seq: sent } })
        expect((await fetch(`${url}/healthz`, { tls })).status).toBe(200)
      }
    })

    test('websockets come through', async () => {
      const user = await site.user()
      const address = `${url.replace('https:', 'wss:')}/app/${site.services.apps.pusher.key}?token=${user.token}`
      const socket = new SocketWithTls(address, { tls })
      const events = new Promise<string[]>((resolve, reject) => {
        const heard: string[] = []
        socket.addEventListener('error', () => reject(new Error('the socket failed')))
        socket.addEventListener('message', ({ data }) => {
          heard.push(JSON.parse(data).event)
          if (heard.length === 1) socket.send('{"event":"pusher:ping","data":{}}')
          else resolve(heard)
        })
      })
      expect(await events).toEqual(['pusher:connection_established', 'pusher:pong'])
      socket.close()
    })

    test('a large file comes through', async () => {
      const user = await site.user()
      const body = new FormData()
      body.append('login_uid', String(user.uid))
      body.append('file', new File([new Uint8Array(UPLOAD_BYTES).fill(7)], 'large.bin'))
      const { code, data } = await call('api/upload/file', body, key())
      expect(code).toBe(0)
      const file = await fetch(new URL(data.src, url), { tls })
      expect((await file.arrayBuffer()).byteLength).toBe(UPLOAD_BYTES)
    })

    test('the site knows its address, and visitors cannot claim another one, nor to be somebody else', async () => {
      const claims = {
        'X-Forwarded-For': FRIEND,
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Proto': 'http',
      }
      const { data } = await call('web/pop/getsetting', undefined, claims)
      expect(data.ws_address).toBe(url.replace('https:', 'wss:'))
      expect((await call('api/user/multiGet?uid=1', undefined, claims)).code).not.toBe(0)
      // Whom the site trusts may say so: the address would have been enough.
      const direct = await fetch(`${site.url}/api/user/multiGet?uid=1`, { headers: claims })
      expect(((await direct.json()) as { code: number }).code).toBe(0)
    })
  })
})

describe.skipIf(!systemd)('systemd', () => {
  test('the unit has no mistakes', async () => {
    const copy = join(folder, 'parley.service')
    const text = changed(readText('deploy/systemd/parley.service'), [
      ['/opt/parley/node_modules/bun/bin/bun.exe', process.execPath],
    ])
    await writeFile(copy, text)
    expect(await run([systemd!, 'verify', '--man=no', copy])).toEqual({ code: 0, output: '' })
    const wrong = join(folder, 'wrong.service')
    await writeFile(wrong, text.replace('NoNewPrivileges', 'NoPrivileges'))
    expect((await run([systemd!, 'verify', '--man=no', wrong])).output).toContain('NoPrivileges')
  })

  test('its exposure is 2 of 10 at most', async () => {
    const unit = resolve(import.meta.dir, '../deploy/systemd/parley.service')
    const { code, output } = await run([systemd!, 'security', '--offline=true', '--threshold=20', unit])
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    expect((await run([systemd!, 'security', '--offline=true', '--threshold=1', unit])).code).not.toBe(0)
  })
})
