import { afterAll, describe, expect, test } from 'bun:test'
import manifest from '../package.json'
import { TIMINGS } from '../packages/server/src/realtime/socket.ts'
import { VARIABLES } from '../packages/server/src/variables.ts'
import { startSite } from '../packages/server/test/harness.ts'
import {
  type ComposeFile,
  directives,
  filesIn,
  isPinned,
  lastOf,
  readStages,
  readText,
  readUnit,
  readYaml,
  seconds,
  stopSeconds,
  UPLOAD_MEGABYTES,
  unknownVariables,
} from './deploy-files.ts'

/*
 * The files of `deploy/` against the server that they start, and against each other: what one of them says twice, or
 * what the server and a file both say, has to agree. Those of Compose and Kubernetes have tests of their own.
 */

const PORT = Number(VARIABLES.PORT.fallback)
const DROP_SECONDS = TIMINGS.dropAfterMs / 1000

const stages = readStages('deploy/Dockerfile')
const runtime = stages.at(-1)!
/** The stage of that name. */
const stage = (name: string) => stages.find(([from]) => from!.text.endsWith(` AS ${name}`))!
const caddyfile = readText('deploy/caddy/Caddyfile')
const nginx = readText('deploy/nginx/parley.conf')
const pod = readYaml<any>('deploy/kubernetes/deployment.yaml').spec.template.spec
const container = pod.containers[0]
const unit = readUnit('deploy/systemd/parley.service')

describe('the image', () => {
  const workspaces = filesIn('packages')

  const copied = (name: string) =>
    stage(name)
      .filter(({ keyword }) => keyword === 'COPY')
      .map(({ text }) => text)
  const allowed = () => readText('.dockerignore').split('\n')

  test.each(workspaces)('npm finds the manifest of packages/%s, or it would not install', (name) => {
    expect(copied('manifests')).toContain(`packages/${name}/package.json packages/${name}/`)
    expect(allowed()).toContain(`!packages/${name}/`)
    for (const later of ['pages', 'install']) expect(stage(later)[0]!.text).toStartWith('manifests ')
  })

  test.each(['contract', 'server'])('packages/%s is in it, which the server runs on', (name) => {
    expect(copied('install')).toContain(`packages/${name}/ packages/${name}/`)
  })

  test('the pages are built from all that they are made of, and nothing of what builds them stays', () => {
    for (const name of ['client', 'contract', 'web'])
      expect(copied('pages')).toContain(`packages/${name}/ packages/${name}/`)
    expect(allowed()).toContain(`!${copied('pages')[0]!.split(' ')[0]}`)
    expect(lastOf(stage('pages'), 'RUN')).toBe('npm run build')
    expect(copied('install')).toContain('--from=pages /app/packages/web/dist/ packages/web/dist/')
    expect(lastOf(stage('install'), 'RUN')).toContain('npm ci --omit=dev ')
    const runtimeCopies = runtime.filter(({ keyword }) => keyword === 'COPY').map(({ text }) => text)
    expect(runtimeCopies.every((text) => text.startsWith('--from=install '))).toBe(true)
  })

  test('nothing is sent to the build that is not named, and no data, tests or secrets', () => {
    const lines = readText('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(lines[0]).toBe('*')
    const lastAllowed = lines.findLastIndex((line) => line.startsWith('!'))
    for (const line of [
      'packages/*/test/',
      '**/*.test.ts',
      '**/data/',
      '**/.env*',
      'packages/*/node_modules/',
      'packages/*/dist/',
    ])
      expect(lines.indexOf(line)).toBeGreaterThan(lastAllowed)
  })

  test('every base is pinned', () => {
    const own = ['manifests', 'pages', 'install']
    const bases = stages.map(([from]) => from!.text.split(' ')[0]!).filter((base) => !own.includes(base))
    expect(bases.filter((base) => !isPinned(base))).toEqual([])
    expect(lastOf(runtime, 'LABEL')).toContain(`base.name="docker.io/library/${bases.at(-1)}"`)
  })

  test('it is not root, by number, and the same as in Kubernetes', () => {
    expect(lastOf(runtime, 'USER')).toBe(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`)
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001 })
    expect(lastOf(runtime, 'RUN')).toContain('--uid 10001 --gid 10001')
  })

  test('it starts and stops Parley without a shell between', () => {
    expect(JSON.parse(lastOf(runtime, 'ENTRYPOINT')!)).toEqual(['parley'])
    expect(JSON.parse(lastOf(runtime, 'CMD')!)).toEqual(['start'])
    expect(lastOf(stage('install'), 'RUN')).toContain('exec bun /app/packages/server/src/main.ts "$@"')
    expect(lastOf(runtime, 'STOPSIGNAL')).toBe('SIGTERM')
  })

  test('port, folder and variables are those of the server', () => {
    expect(lastOf(runtime, 'EXPOSE')).toBe(String(PORT))
    const environment = lastOf(runtime, 'ENV')!.split(/\s+/)
    expect(unknownVariables(environment.map((pair) => pair.split('=')[0]!))).toEqual([])
    expect(environment).toContain('DATA_DIR=/data')
    expect(JSON.parse(lastOf(runtime, 'VOLUME')!)).toEqual(['/data'])
    expect(lastOf(runtime, 'HEALTHCHECK')).toContain(`process.env.PORT || ${PORT}`)
  })

  test('the version is that of the package everywhere', () => {
    expect(runtime).toContainEqual({ keyword: 'ARG', text: `VERSION=${manifest.version}` })
    const image = `parley:${manifest.version}`
    for (const name of ['compose.yaml', 'compose.single.yaml']) {
      const services = Object.entries(readYaml<ComposeFile>(`deploy/${name}`).services)
      const nodes = services.filter(([service]) => service.startsWith('parley'))
      expect(new Set(nodes.map(([, node]) => node.image))).toEqual(new Set([image]))
    }
    const [renamed] = readYaml<any>('deploy/kubernetes/kustomization.yaml').images
    expect(renamed).toMatchObject({ name: container.image, newTag: manifest.version })
  })
})

describe('health', () => {
  const site = startSite()
  afterAll(async () => (await site).close())
  const probes = ['startupProbe', 'readinessProbe', 'livenessProbe']
  const probed = [
    /(\/\w+)'\)\)\.ok/.exec(lastOf(runtime, 'HEALTHCHECK')!)![1]!,
    ...directives(caddyfile, 'health_uri'),
    ...probes.map((probe) => container[probe].httpGet.path as string),
  ]

  test.each([...new Set(probed)])('%s is answered', async (path) => {
    expect((await fetch(`${(await site).url}${path}`)).status).toBe(200)
  })

  test('a database that is gone neither ends pods nor takes all nodes from the proxy', () => {
    expect(container.livenessProbe.httpGet.path).toBe('/livez')
    expect(directives(caddyfile, 'health_uri')).toEqual(['/livez'])
    expect(container.readinessProbe.httpGet.path).toBe('/healthz')
  })

  test('probes ask the port that Parley listens on', () => {
    expect(container.ports).toEqual([{ name: 'http', containerPort: PORT }])
    for (const probe of probes) expect(container[probe].httpGet.port).toBe('http')
  })
})

describe('proxies', () => {
  const [, idle] = /IDLE_SECONDS = (\d+)/.exec(readText('packages/server/src/serve.ts'))!

  test('uploads fit, as the settings are at first', () => {
    // Caddy counts in millions; the settings in 1024 × 1024.
    const [caddyLimit] = directives(caddyfile, 'max_size')
    expect(Number.parseInt(caddyLimit!, 10)).toBeGreaterThan(UPLOAD_MEGABYTES * 1.048576)
    const [nginxLimit] = directives(nginx, 'client_max_body_size')
    expect(Number.parseInt(nginxLimit!, 10)).toBeGreaterThan(UPLOAD_MEGABYTES)
    expect(directives(nginx, 'proxy_request_buffering')).toEqual(['off'])
  })

  test('a quiet websocket is not cut, and idle connections are not those that a node is about to end', () => {
    const [socket = ''] = /location \/app\/ \{[^}]+\}/.exec(nginx) ?? []
    expect(socket).not.toBe('')
    for (const name of ['proxy_read_timeout', 'proxy_send_timeout'])
      expect(seconds(directives(socket, name)[0]!)).toBeGreaterThan(2 * DROP_SECONDS)
    expect(directives(caddyfile, 'read_timeout')).toEqual([])
    for (const kept of [...directives(nginx, 'keepalive_timeout'), ...directives(caddyfile, 'keepalive')])
      expect(seconds(kept)).toBeLessThan(Number(idle))
  })

  test('nobody is tied to a node', () => {
    expect(nginx).not.toMatch(/^\s*(ip_hash|sticky|hash)\b/m)
    expect(directives(caddyfile, 'lb_policy')).toEqual(['least_conn'])
    expect(directives(nginx, 'least_conn')).toEqual([])
    expect(nginx).toMatch(/^ {4}least_conn;$/m)
  })

  test('nginx overwrites what a visitor may claim, and keeps the query out of its logs', () => {
    const headers = directives(nginx, 'proxy_set_header')
    for (const header of [
      'X-Forwarded-For $remote_addr',
      'X-Forwarded-Proto $scheme',
      'X-Forwarded-Host $http_host',
    ])
      expect(headers).toContain(header)
    const [format = ''] = /^log_format [^;]+;/m.exec(nginx) ?? []
    expect(format).toContain('$uri')
    expect(format).not.toMatch(/\$request\b(?!_)|\$request_uri|\$args|\$query_string|\$http_|\$cookie/)
    for (const log of directives(nginx, 'access_log')) expect(log).toMatch(/^off$| parley$/)
  })
})

describe('systemd', () => {
  const one = (name: string) => {
    expect(unit.get(name)).toHaveLength(1)
    return unit.get(name)![0]!
  }

  test('it starts Bun with the server of the checkout', () => {
    const [bun, main, command] = one('ExecStart').replaceAll('/opt/parley/', '').split(' ')
    expect([bun, command]).toEqual(['node_modules/bun/bin/bun.exe', 'start'])
    expect(readText(main!)).toContain('cli/program.ts')
    const variables = unit.get('Environment')!.map((pair) => pair.split('=')[0]!)
    expect(unknownVariables(variables)).toEqual([])
    expect(unit.get('Environment')).toContain(`DATA_DIR=/var/lib/${one('StateDirectory')}`)
  })

  test('a reload is SIGHUP and a stop has time to drain', () => {
    expect(one('ExecReload')).toBe('/bin/kill -HUP $MAINPID')
    expect(one('KillSignal')).toBe('SIGTERM')
    expect(seconds(one('TimeoutStopSec'))).toBeGreaterThan(stopSeconds() + 5)
  })

  test('it may do no more than it must, but translate code', () => {
    for (const name of [
      'NoNewPrivileges',
      'PrivateTmp',
      'PrivateDevices',
      'ProtectHome',
      'RestrictNamespaces',
    ])
      expect(one(name)).toBe('yes')
    expect(one('ProtectSystem')).toBe('strict')
    expect(one('CapabilityBoundingSet')).toBe('')
    expect(one('User')).toBe('parley')
    expect(readText('deploy/systemd/parley.sysusers')).toMatch(/^u parley /m)
    expect(unit.has('MemoryDenyWriteExecute')).toBe(false)
  })
})
