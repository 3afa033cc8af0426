#!/usr/bin/env node
// Everything that must hold before a change lands: `npm test`.
//
//   npm test                          all checks, all tests, and the behaviour tests once more on PostgreSQL + Redis
//   npm test -- messages config       only the test files whose path contains one of these
//   npm test -- --backend sqlite      not on PostgreSQL (or with `postgres` only there): quicker
//   npm test -- --postgres system     on the PostgreSQL that this machine has installed, instead of npm's;
//                                     or on one that runs, by its administrator's URL, postgres://…
//   npm test -- --verbose             shows passing tests, too
//   npm test -- --limit 300           seconds that one test file may take, instead of 1200
//
// Runs every step, also after a failure; the last one asks whether the tests called every operation of the API. A check
// counts as one; the very last line is the sum: `N passed, N failed`, with `, N skipped` when tests were skipped (each
// is named above it). A journey in the browser that failed runs once more, alone; what passes then is shown with its
// failure and named as shaky: a fault of the test, or of the page, that wants mending.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findTestFiles, runTestFiles } from './test-files.mjs'
import { startTestServices } from './test-services.mjs'

const repository = dirname(dirname(fileURLToPath(import.meta.url)))
const tool = (path) => join(repository, 'node_modules', path)

const bun = tool('bun/bin/bun.exe')

const CHECKS = [
  { name: 'build (vite)', args: [join(repository, 'packages/web/scripts/build.mjs')] },
  { name: 'types (tsc)', args: [tool('typescript/bin/tsc'), '--noEmit'] },
  {
    name: 'types of the pages (vue-tsc)',
    args: [tool('vue-tsc/bin/vue-tsc.js'), '--noEmit', '--project', join(repository, 'packages/web')],
  },
  { name: 'style (biome)', args: [tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'] },
  {
    name: 'layers (dependency-cruiser)',
    args: [
      tool('dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['packages', 'bench', 'e2e', 'scripts', '--config', '.dependency-cruiser.cjs'],
    ],
  },
  { name: 'unused code (knip)', args: [tool('knip/bin/knip.js'), '--no-progress', '--no-config-hints'] },
]

const { values: options, positionals: patterns } = parseArgs({
  options: {
    verbose: { type: 'boolean', short: 'v', default: false },
    limit: { type: 'string', default: '1200' },
    backend: { type: 'string' },
    postgres: { type: 'string', default: 'npm' },
  },
  allowPositionals: true,
})
if (options.backend !== undefined && !['sqlite', 'postgres'].includes(options.backend))
  refuse(`--backend is ${options.backend}: it may be sqlite or postgres`)
if (!/^(npm$|system$|postgres(ql)?:\/\/)/.test(options.postgres))
  refuse('--postgres may be npm, system, or the address of one that runs, postgres://…')

function refuse(line) {
  console.error(`npm test: ${line}`)
  process.exit(2)
}

/** What must hold on every database. */
const BEHAVIOUR = /^packages\/server\/(test\/[^/]+|src\/modules\/.+)\.test\.tsx?$/
/** What is about PostgreSQL itself, and about several nodes, which share one. */
const OF_POSTGRES = /^packages\/server\/(test|src\/storage)\/postgres\//
const OF_SEVERAL_NODES = /^packages\/server\/test\/cluster\//
/** Loads that bring the machine to its limit and say how long an answer may take: nothing runs beside them. */
const ALONE = /^packages\/server\/test\/cluster\/mixed-load\.test\.ts$/
/** What may ask for the services. */
const OF_SERVER = /^packages\/server\//

const root = process.cwd()
const total = { passed: 0, failed: 0, skipped: [], shaky: [] }

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`
const indent = (text) => text.trimEnd().replace(/^(?=.)/gm, '      ')

function report(ok, name, detail, output) {
  console.log(`${ok ? 'ok   ' : 'FAIL '} ${name.padEnd(30)} ${detail}`)
  if (output?.trim()) console.log(`${indent(output)}\n`)
}

/** Runs a check; resolves with its exit code and everything it printed. */
function run(args, program = process.execPath) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part) => (output += part))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** Two at a time: each of them keeps one core busy. */
async function runChecks() {
  const checks = CHECKS.values()
  const work = async () => {
    for (const { name, args } of checks) {
      const start = performance.now()
      const { code, output } = await run(args)
      report(code === 0, name, seconds(start), code === 0 && !options.verbose ? '' : output)
      total[code === 0 ? 'passed' : 'failed'] += 1
    }
  }
  await Promise.all([work(), work()])
}

/** Which files run on which database. Those of the second pass have run in the first one already. */
function passes(files) {
  const which = (pattern) => files.filter((file) => pattern.test(relative(root, file)))
  const onSqlite = { name: 'tests on SQLite', label: '', backend: 'sqlite', files }
  const onPostgres = {
    name: 'tests on PostgreSQL',
    label: ' on PostgreSQL',
    backend: 'postgres',
    files: which(BEHAVIOUR),
  }
  switch (options.backend) {
    case 'sqlite': {
      const others = new Set([...which(OF_POSTGRES), ...which(OF_SEVERAL_NODES)])
      return [{ ...onSqlite, files: files.filter((file) => !others.has(file)) }]
    }
    case 'postgres':
      return [{ ...onSqlite, name: 'tests of PostgreSQL', files: which(OF_POSTGRES) }, onPostgres]
    default:
      return [onSqlite, onPostgres]
  }
}

/** Starts PostgreSQL and Redis if tests may want them; gives them, or why they cannot be had. */
async function startServices(files) {
  if (options.backend === 'sqlite' || !files.some((file) => OF_SERVER.test(relative(root, file)))) return {}
  try {
    return { services: await startTestServices(bun, options.postgres) }
  } catch (error) {
    return { problem: error.message }
  }
}

function reportServices({ services, problem }) {
  if (problem) {
    total.failed += 1
    report(false, 'services', '', problem)
  }
  if (!services) return
  report(true, 'services', [services.postgres, services.redis ?? 'no Redis'].join(', '))
  if (!services.redis)
    console.log(
      '      What needs Redis is skipped: `apt-get install redis-server` (or `brew install redis`) brings it.',
    )
}

async function runTests({ name, label, backend, files }, env) {
  const start = performance.now()
  let failedFiles = 0
  const { verbose } = options
  const limitMs = Number(options.limit) * 1000
  // The database and the Redis of a run around this one are not ours.
  const variables = { PARLEY_TEST_POSTGRES: '', PARLEY_TEST_REDIS: '', ...env, PARLEY_TEST_BACKEND: backend }
  const isAlone = (file) => ALONE.test(relative(root, file))
  await runTestFiles({ root, bun, files, isAlone, verbose, limitMs, env: variables }, (result) => {
    const file = result.file + label
    total.passed += result.passed
    total.failed += result.failed
    total.skipped.push(...result.skipped.map((test) => `${file} > ${test}`))
    if (result.failed > 0) failedFiles += 1
    const { before } = result
    if (before && result.failed === 0) total.shaky.push(file)
    if (before) report(result.failed === 0, file, 'failed, and ran once more:', before.output)
    if (result.failed === 0 && !verbose) return
    const counts = `${result.passed} passed, ${result.failed} failed, ${(result.ms / 1000).toFixed(1)} s`
    report(result.failed === 0, file, counts, result.output)
  })
  report(failedFiles === 0, name, `${files.length} files, ${failedFiles} of them failed, ${seconds(start)}`)
}

async function runAllTests(files, starting) {
  const started = await starting
  reportServices(started)
  const planned = passes(files).filter((pass) => pass.files.length > 0)
  for (const pass of planned)
    if (pass.backend === 'sqlite' || started.services) await runTests(pass, started.services?.env)
  await started.services?.close()
  if (planned.length > 0) return
  total.failed += 1
  report(false, 'tests', 'there is none like that')
}

/** After all tests: was every operation of the API called, refused, and called wrongly? */
async function runCoverage(calls) {
  const { code, output } = await run([join(repository, 'scripts/operations-covered.ts'), calls], bun)
  report(code === 0, 'every operation is tested', '', code === 0 && !options.verbose ? '' : output)
  total[code === 0 ? 'passed' : 'failed'] += 1
}

const calls = mkdtempSync(join(tmpdir(), 'parley-calls-'))
process.env.PARLEY_TEST_CALLS = calls
const files = findTestFiles(root).filter(
  (file) => patterns.length === 0 || patterns.some((pattern) => relative(root, file).includes(pattern)),
)
const isWhole = patterns.length === 0 && options.backend !== 'postgres'
const starting = startServices(files)
if (isWhole) await runChecks()
await runAllTests(files, starting)
if (isWhole && existsSync(join(root, 'packages/contract'))) await runCoverage(calls)
rmSync(calls, { recursive: true, force: true })

for (const name of total.skipped) console.log(`skipped: ${name}`)
for (const name of total.shaky) console.log(`shaky: ${name}`)
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : ''
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed > 0 ? 1 : 0
