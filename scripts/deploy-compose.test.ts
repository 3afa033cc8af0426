import { describe, expect, test } from 'bun:test'
import { loadConfig } from '../packages/server/src/config.ts'
import { VARIABLES } from '../packages/server/src/variables.ts'
import {
  type ComposeFile,
  type ComposeService,
  filled,
  interpolated,
  isPinned,
  readEnvironment,
  readYaml,
  seconds,
  stopSeconds,
  unknownVariables,
} from './deploy-files.ts'

/* The Compose files of `deploy/` against the server and against each other; see `deploy.test.ts`. */

const PORT = Number(VARIABLES.PORT.fallback)
const cluster = readYaml<ComposeFile>('deploy/compose.yaml')
const single = readYaml<ComposeFile>('deploy/compose.single.yaml')
const example = readEnvironment('deploy/env.example')

const nodesOf = (file: ComposeFile) =>
  Object.entries(file.services).filter(([name]) => name.startsWith('parley'))

describe.each([
  ['compose.yaml', cluster],
  ['compose.single.yaml', single],
])('%s', (_, file) => {
  test.each(Object.entries(file.services))('%s may do no more than it must', (_, service: ComposeService) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
    })
    expect(service.deploy?.resources.limits.memory).toMatch(/^\d+[MG]$/)
    expect(isPinned(service.image)).toBe(true)
    expect((service.cap_add ?? []).filter((capability) => capability !== 'NET_BIND_SERVICE')).toEqual([])
  })

  test('what services name is there', () => {
    const services = Object.values(file.services)
    const named = (service: ComposeService) =>
      (service.volumes ?? []).filter((volume) => typeof volume === 'string' && !volume.startsWith('.'))
    expect(new Set(services.flatMap(named).map((volume) => String(volume).split(':')[0]))).toEqual(
      new Set(Object.keys(file.volumes ?? {})),
    )
    expect(new Set(services.flatMap(({ networks = [] }) => networks))).toEqual(
      new Set(Object.keys(file.networks ?? {})),
    )
    for (const [name, { condition }] of services.flatMap((each) => Object.entries(each.depends_on ?? {}))) {
      expect(condition).toBe('service_healthy')
      // Those of Parley have the check of the image.
      expect(name.startsWith('parley') || file.services[name]?.healthcheck).toBeTruthy()
    }
  })

  test('a stop has time to drain', () => {
    for (const [, node] of nodesOf(file))
      expect(seconds(node.stop_grace_period!)).toBeGreaterThan(stopSeconds() + 5)
  })
})

describe('three nodes with Compose', () => {
  const { services, networks } = interpolated(cluster, filled(example))
  const nodes = nodesOf(cluster)
  const { 'parley-1': node, postgres, proxy } = services as Record<string, ComposeService>

  test('the nodes are three and all alike', () => {
    expect(nodes.map(([name]) => name)).toEqual(['parley-1', 'parley-2', 'parley-3'])
    for (const [, other] of nodes) expect(other).toEqual(nodes[0]![1])
  })

  test('the server takes their settings: PostgreSQL, Redis and S3', () => {
    expect(unknownVariables(Object.keys(node!.environment!))).toEqual([])
    expect(loadConfig(node!.environment!)).toMatchObject({
      postgres: { url: expect.stringContaining('@postgres:5432/') },
      redis: { url: expect.stringContaining('@valkey:6379') },
      s3: { bucket: 'parley', endpoint: 'http://files:7070/' },
      publicUrl: 'https://localhost',
    })
  })

  test('env.example names what is asked for, nothing else, and no secret', () => {
    const asked = JSON.stringify(cluster).matchAll(/\$\{([A-Z0-9_]+)/g)
    expect(new Set(Object.keys(example))).toEqual(new Set([...asked].map(([, name]) => name!)))
    for (const [name, value] of Object.entries(example))
      if (/PASSWORD|KEY/.test(name)) expect([name, value]).toEqual([name, ''])
    const defaults = JSON.stringify(cluster).matchAll(/\$\{([A-Z0-9_]+):-/g)
    expect([...defaults].filter(([, name]) => /PASSWORD|KEY/.test(name!))).toEqual([])
  })

  test('the database has room for the connections of all nodes', () => {
    const [, connections] = /max_connections=(\d+)/.exec(postgres!.command!.join(' '))!
    const held = nodes.length * Number(node!.environment!.DATABASE_POOL)
    expect(held + 10).toBeLessThan(Number(connections))
    expect(postgres!.volumes).toEqual(['postgres:/var/lib/postgresql'])
  })

  test('the bucket is the folder that the volume is mounted as', () => {
    const [, root] = services.files!.command!
    expect(services.files!.volumes).toEqual([`files:${root}/${node!.environment!.S3_BUCKET}`])
    expect(services.files!.environment!.VGW_REGION).toBe(VARIABLES.S3_REGION.fallback)
  })

  test('only the proxy is reachable, it knows all nodes, and they believe nobody else', () => {
    expect(Object.keys(services).filter((name) => services[name]!.ports)).toEqual(['proxy'])
    expect(proxy!.environment!.PARLEY_NODES).toBe(nodes.map(([name]) => `${name}:${PORT}`).join(' '))
    expect(proxy!.networks).toEqual(['front'])
    expect(networks!.front!.ipam!.config).toEqual([{ subnet: node!.environment!.TRUST_PROXY! }])
    expect(networks!.back).toEqual({ internal: true })
    for (const name of ['postgres', 'valkey', 'files']) expect(services[name]!.networks).toEqual(['back'])
  })
})
