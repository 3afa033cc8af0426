#!/usr/bin/env node
// Everything that must hold before a change lands: `npm test`.
//
//   npm test                        all checks, then all tests
//   npm test -- messages config     only the test files whose path contains one of these
//   npm test -- --verbose           shows passing tests, too
//   npm test -- --limit 600         seconds that one test file may take
//
// Runs every step, also after a failure; the last one asks whether the tests called every operation of the API. A check counts as one; the very last line is the sum:
// `N passed, N failed`, with `, N skipped` when tests were skipped (each is named above it).
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findTestFiles, runTestFiles } from './test-files.mjs'

const repository = dirname(dirname(fileURLToPath(import.meta.url)))
const tool = (path) => join(repository, 'node_modules', path)

const CHECKS = [
  { name: 'types (tsc)', args: [tool('typescript/bin/tsc'), '--noEmit'] },
  { name: 'style (biome)', args: [tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'] },
  {
    name: 'layers (dependency-cruiser)',
    args: [
      tool('dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['packages', 'bench', 'scripts', '--config', '.dependency-cruiser.cjs'],
    ],
  },
  { name: 'unused code (knip)', args: [tool('knip/bin/knip.js'), '--no-progress', '--no-config-hints'] },
]

const { values: options, positionals: patterns } = parseArgs({
  options: {
    verbose: { type: 'boolean', short: 'v', default: false },
    limit: { type: 'string', default: '300' },
  },
  allowPositionals: true,
})
const root = process.cwd()
const total = { passed: 0, failed: 0, skipped: [] }

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

async function runChecks() {
  for (const { name, args } of CHECKS) {
    const start = performance.now()
    const { code, output } = await run(args)
    report(code === 0, name, seconds(start), code === 0 && !options.verbose ? '' : output)
    total[code === 0 ? 'passed' : 'failed'] += 1
  }
}

async function runTests() {
  const start = performance.now()
  const files = findTestFiles(root).filter(
    (file) => patterns.length === 0 || patterns.some((pattern) => relative(root, file).includes(pattern)),
  )
  let failedFiles = 0
  const bun = tool('bun/bin/bun.exe')
  const { verbose } = options
  const limitMs = Number(options.limit) * 1000
  await runTestFiles({ root, bun, files, verbose, limitMs }, (result) => {
    total.passed += result.passed
    total.failed += result.failed
    total.skipped.push(...result.skipped.map((name) => `${result.file} > ${name}`))
    if (result.failed > 0) failedFiles += 1
    if (result.failed === 0 && !verbose) return
    const counts = `${result.passed} passed, ${result.failed} failed, ${(result.ms / 1000).toFixed(1)} s`
    report(result.failed === 0, result.file, counts, result.output)
  })
  if (files.length === 0) total.failed += 1
  const ok = failedFiles === 0 && files.length > 0
  report(ok, 'tests (bun test)', `${files.length} files, ${failedFiles} of them failed, ${seconds(start)}`)
}

/** After all tests: was every operation of the API called, refused, and called wrongly? */
async function runCoverage(calls) {
  const { code, output } = await run(
    [join(repository, 'scripts/operations-covered.ts'), calls],
    tool('bun/bin/bun.exe'),
  )
  report(code === 0, 'every operation is tested', '', code === 0 && !options.verbose ? '' : output)
  total[code === 0 ? 'passed' : 'failed'] += 1
}

const calls = mkdtempSync(join(tmpdir(), 'parley-calls-'))
process.env.PARLEY_TEST_CALLS = calls
if (patterns.length === 0) await runChecks()
await runTests()
if (patterns.length === 0 && existsSync(join(root, 'packages/contract'))) await runCoverage(calls)
rmSync(calls, { recursive: true, force: true })

for (const name of total.skipped) console.log(`skipped: ${name}`)
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : ''
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed > 0 ? 1 : 0
