import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/*
 * A rule that cannot fail looks exactly like a clean tree. So a small tree that keeps all rules must pass, and the
 * same tree with one breach of every rule must show every one of them.
 */

const repository = resolve(import.meta.dir, '..')
const config = join(repository, '.dependency-cruiser.cjs')
const rules: string[] = createRequire(import.meta.url)(config).forbidden.map(
  ({ name }: { name: string }) => name,
)

const SERVER = 'packages/server/src'
const MODULES = rules
  .flatMap((rule) => /^server-module-(?!known$|door$)(.+)/.exec(rule)?.[1] ?? [])
  .concat('admin')

const WEB = 'packages/web/src'
/** The folders of the pages, from the lowest. */
const WEB_FOLDERS = rules
  .flatMap((rule) => /^web-layer-(?!known$|ground$)(.+)/.exec(rule)?.[1] ?? [])
  .toReversed()

/** A component as the pages have them: what it imports counts, and what its template shows does not hide it. */
const component = (...targets: string[]) =>
  `<script setup lang="ts">\n${targets.map((target, index) => `import Part${index} from '${target}'\n`).join('')}</script>
<template><Part0 v-if="true" /></template>`

const imports = (...targets: string[]) => targets.map((target) => `import '${target}'\n`).join('')

/** A tree that keeps the rules, with the cases that are allowed on purpose. */
const clean: Record<string, string> = {
  'node_modules/zod/package.json': '{"name":"zod","main":"index.js"}',
  'node_modules/zod/index.js': 'exports.z = 1',
  'packages/contract/package.json': '{"name":"@parley/contract","exports":{".":"./src/index.ts"}}',
  'packages/contract/src/index.ts': `export * from './field.ts'`,
  'packages/contract/src/field.ts': `import { z } from 'zod'\nexport const field = z`,
  'packages/client/package.json': '{"name":"@parley/client","exports":{".":"./src/index.ts"}}',
  'packages/client/src/index.ts': `export { field } from '@parley/contract'`,
  'packages/web/vite.config.ts': imports('./build/compress.ts'),
  'packages/web/build/compress.ts': imports('node:zlib'),
  'packages/web/public/sw.js': 'self.skipWaiting()',
  [`${WEB}/main.ts`]: imports('./App.vue', './router.ts', '~icons/lucide/x', 'virtual:emoji'),
  [`${WEB}/router.ts`]: `export const load = () => import('./shell/Part.vue')`,
  [`${WEB}/App.vue`]: component('@/shell/Part.vue'),
  [`${WEB}/sdk.ts`]: imports('@/i18n/index.ts'),
  [`${WEB}/i18n/index.ts`]: `export * from '@parley/client'`,
  [`${WEB}/vite.d.ts`]: '',
  ...Object.fromEntries(
    WEB_FOLDERS.map((name, index) => [
      `${WEB}/${name}/Part.vue`,
      component('@/sdk.ts', ...WEB_FOLDERS.slice(0, index).map((lower) => `@/${lower}/Part.vue`)),
    ]),
  ),
  [`${WEB}/stores/start.test.ts`]: imports('@/shell/Part.vue', '../../build/compress.ts'),
  [`${SERVER}/main.ts`]: imports('./app.ts', './cli/demo.ts'),
  [`${SERVER}/cli/demo.ts`]: imports('../app.ts'),
  [`${SERVER}/app.ts`]: imports('./faces/http.ts', ...MODULES.map((name) => `./modules/${name}/index.ts`)),
  [`${SERVER}/faces/http.ts`]: imports('../modules/users/index.ts', '../realtime/hub.ts', '@parley/contract'),
  ...Object.fromEntries(
    MODULES.map((name, index) => [
      `${SERVER}/modules/${name}/index.ts`,
      imports('./rules.ts', ...MODULES.slice(0, index).map((lower) => `../${lower}/index.ts`)),
    ]),
  ),
  ...Object.fromEntries(
    MODULES.map((name) => [`${SERVER}/modules/${name}/rules.ts`, imports('../../clock.ts')]),
  ),
  [`${SERVER}/modules/users/rules.test.ts`]: imports('../pop/rules.ts', '../../app.ts'),
  [`${SERVER}/realtime/hub.ts`]: imports('../media/index.ts', '../storage/index.ts'),
  [`${SERVER}/media/index.ts`]: `${imports('../storage/index.ts')}export type File = string`,
  [`${SERVER}/storage/index.ts`]: imports('../cluster/index.ts', '../operation.ts', '../clock.ts'),
  [`${SERVER}/cluster/index.ts`]: imports('../clock.ts'),
  [`${SERVER}/operation.ts`]: `import type { File } from './media/index.ts'\nexport type Call = File`,
  [`${SERVER}/clock.ts`]: imports('./log.ts'),
  [`${SERVER}/log.ts`]: imports('node:fs'),
  'packages/server/test/login.test.ts': imports('../src/main.ts', '../../../scripts/services/redis.mjs'),
  'packages/server/test/harness.ts': imports('../src/app.ts'),
  'packages/client/test/call.test.ts': imports('../src/index.ts', '../../server/test/harness.ts'),
  'scripts/services/redis.mjs': imports('node:net'),
}

/** Files that break a rule each; all are new files, but for the layers that are single files. */
const breaches: [rule: string, file: string, content: string][] = [
  ['server-layer-app', `${SERVER}/app.ts`, imports('./cli/demo.ts')],
  ['server-layer-faces', `${SERVER}/faces/breach.ts`, imports('../app.ts')],
  ['server-layer-modules', `${SERVER}/modules/users/breach-up.ts`, imports('../../faces/http.ts')],
  ['server-layer-realtime', `${SERVER}/realtime/breach.ts`, imports('../modules/users/index.ts')],
  ['server-layer-media', `${SERVER}/media/breach.ts`, imports('../realtime/hub.ts')],
  [
    'server-layer-storage',
    `${SERVER}/storage/breach.ts`,
    `import type { File } from '../media/index.ts'\nexport type F = File`,
  ],
  ['server-layer-cluster', `${SERVER}/cluster/breach.ts`, imports('../storage/index.ts')],
  ['server-layer-ground', `${SERVER}/config.ts`, imports('./media/index.ts')],
  ...MODULES.slice(0, -1).map((name, index): [string, string, string] => [
    `server-module-${name}`,
    `${SERVER}/modules/${name}/breach.ts`,
    imports(`../${MODULES[index + 1]}/index.ts`),
  ]),
  ['server-layer-known', `${SERVER}/faces/breach-known.ts`, imports('../nowhere-planned.ts')],
  ['server-module-known', `${SERVER}/faces/breach-module.ts`, imports('../modules/gossip/index.ts')],
  ['server-module-door', `${SERVER}/modules/pop/breach-door.ts`, imports('../users/rules.ts')],
  ['server-module-door', `${SERVER}/faces/breach-door.ts`, imports('../modules/users/rules.ts')],
  ['contract-alone', 'packages/contract/src/breach.ts', imports('../../client/src/index.ts')],
  ['contract-no-io', 'packages/contract/src/breach-io.ts', imports('node:fs')],
  ['contract-no-io', 'packages/contract/src/breach-bun.ts', imports('bun:sqlite')],
  ['client-only-contract', 'packages/client/src/breach.ts', imports('../../server/src/log.ts')],
  ...WEB_FOLDERS.map((name, index): [string, string, string] => [
    `web-layer-${name}`,
    `${WEB}/${name}/Breach.vue`,
    component(name === 'shell' ? '@/App.vue' : `@/${WEB_FOLDERS[index + 1]}/Part.vue`),
  ]),
  ['web-layer-ground', `${WEB}/browser/breach.ts`, imports('@/ui/Part.vue')],
  ['web-layer-known', `${WEB}/shell/Breach-known.vue`, component('@/gossip/talk.ts')],
  ['web-build-apart', `${WEB}/emoji/breach-build.ts`, imports('../../build/compress.ts')],
  ['web-only-client', 'packages/web/src/breach.ts', imports('@parley/contract')],
  ['package-door', `${SERVER}/faces/breach-package.ts`, imports('../../../contract/src/field.ts')],
  ['no-test-in-production', 'packages/client/src/breach-test.ts', imports('../../server/test/harness.ts')],
  ['no-test-in-production', `${SERVER}/faces/breach-test.ts`, imports('../modules/users/rules.test.ts')],
  [
    'no-script-in-production',
    `${SERVER}/faces/breach-script.ts`,
    imports('../../../../scripts/services/redis.mjs'),
  ],
  ['no-cycle', `${SERVER}/faces/breach-cycle-2.ts`, imports('./breach-cycle.ts')],
  ['no-orphan', `${SERVER}/faces/breach-orphan.ts`, 'export const nobody = 1'],
  ['resolvable', `${SERVER}/faces/breach-nowhere.ts`, imports('./nowhere.ts')],
]

/** What the breaches need beside them. */
const accomplices: Record<string, string> = {
  [`${SERVER}/nowhere-planned.ts`]: imports('./clock.ts'),
  [`${SERVER}/modules/gossip/index.ts`]: imports('../../clock.ts'),
  [`${WEB}/gossip/talk.ts`]: imports('@/sdk.ts'),
  [`${SERVER}/faces/breach-cycle.ts`]: imports('./breach-cycle-2.ts'),
}

setDefaultTimeout(300_000)

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-rules-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function plant(name: string, files: Record<string, string>): Promise<string> {
  const folder = join(root, name)
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), content)
  }
  await mkdir(join(folder, 'node_modules/@parley'), { recursive: true })
  for (const name of ['contract', 'client'])
    await symlink(`../../packages/${name}`, join(folder, `node_modules/@parley/${name}`))
  return folder
}

interface Report {
  modules: { source: string }[]
  summary: { violations: { from: string; to: string; rule: { name: string } }[] }
}

async function inspect(folder: string): Promise<Report> {
  const program = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const child = Bun.spawn(['node', program, 'packages', '--config', config, '--output-type', 'json'], {
    cwd: folder,
    stdout: 'pipe',
  })
  return JSON.parse(await new Response(child.stdout).text())
}

describe('the dependency rules', () => {
  test('a tree that keeps them passes, and all of it was read', async () => {
    const report = await inspect(await plant('clean', clean))
    expect(report.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)).toEqual(
      [],
    )
    const read = report.modules.map(({ source }) => source)
    expect(read).toEqual(
      expect.arrayContaining(Object.keys(clean).filter((file) => /^packages.*\.(ts|vue)$/.test(file))),
    )
  })

  describe('each of them can fail', () => {
    let found: string[]
    beforeAll(async () => {
      const broken = Object.fromEntries(breaches.map(([, file, content]) => [file, content]))
      const report = await inspect(await plant('broken', { ...clean, ...accomplices, ...broken }))
      found = report.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`)
    })

    test.each(rules)('%s', (rule) => {
      const expected = breaches.filter(([name]) => name === rule).map(([name, file]) => `${name}: ${file}`)
      expect(expected).not.toEqual([])
      expect(found).toEqual(expect.arrayContaining(expected))
    })
  })
})
