// Runs test files with Bun, each in a process of its own: a file that hangs, crashes or leaves something behind
// harms no other, and can be stopped.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** A single test may take this long unless it says otherwise: longer than any does on a busy machine. */
const TEST_LIMIT_MS = 300_000
const JOURNEYS = /^e2e\//
const PARALLEL_MAX = 4

const NOT_SEARCHED = new Set(['node_modules', 'dist', 'data', '.git'])

/** All test files below the folder, in a stable order. */
export function findTestFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return NOT_SEARCHED.has(entry.name) ? [] : findTestFiles(path)
      return /\.test\.tsx?$/.test(entry.name) ? [path] : []
    })
}

/**
 * Runs the files, a few at a time and with `env` over the own environment, and hands over each one's result:
 * `{ file, passed, failed, skipped: names, output, ms, before }`. Those that `isAlone` names come last, one after the other. A
 * file that takes longer than `limitMs` is stopped and failed. Journeys that failed beside the others run once more when
 * nothing else does: `before` is the result of the first time.
 */
export async function runTestFiles({ root, bun, files, isAlone, verbose, limitMs, env }, onResult) {
  const reports = mkdtempSync(join(tmpdir(), 'parley-test-'))
  const running = new Set()
  const stopAll = () => {
    for (const child of running) stop(child)
    rmSync(reports, { recursive: true, force: true })
  }
  const onSignal = () => {
    stopAll()
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal)
  const together = files.filter((path) => !isAlone(path))
  const alone = files.filter((path) => isAlone(path))
  const failed = []
  let runs = 0
  const run = (path) =>
    runTestFile({ root, bun, verbose, limitMs, env, running }, path, join(reports, `${++runs}.xml`))
  const work = async (take) => {
    for (let next = take(); next; next = take()) {
      const result = await run(next)
      if (result.failed > 0 && JOURNEYS.test(result.file) && !result.stopped) failed.push([next, result])
      else onResult(result)
    }
  }
  try {
    // One more than there are cores: somebody always waits for something.
    const workers = Math.min(availableParallelism() + 1, PARALLEL_MAX)
    // From both ends: browsers keep a core busy, many of the server's tests wait.
    const ends = [() => together.shift(), () => together.pop()]
    await Promise.all(Array.from({ length: workers }, (_, index) => work(ends[index % 2])))
    await work(() => alone.shift())
    for (const [path, before] of failed) onResult({ ...(await run(path)), before })
  } finally {
    stopAll()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, onSignal)
  }
}

async function runTestFile({ root, bun, verbose, limitMs, env, running }, path, junit) {
  const file = relative(root, path)
  const start = performance.now()
  const args = [
    // A developer's own settings must not decide whether a test passes.
    ...['--no-env-file', 'test', `./${file}`],
    `--timeout=${TEST_LIMIT_MS}`,
    ...['--reporter=junit', `--reporter-outfile=${junit}`, ...(verbose ? [] : ['--only-failures'])],
  ]
  // A group of its own, so that what the file started can be ended with it.
  const child = spawn(bun, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    // Bun takes a forgotten `test.only` for a mistake only then.
    env: { ...process.env, ...env, CI: 'true' },
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (output += part))
  let stopped = ''
  const timer = setTimeout(() => {
    stopped = `stopped: the file took longer than ${limitMs / 1000} s`
    stop(child)
  }, limitMs)
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += `Bun cannot be run (${error.code}); \`node node_modules/bun/install.js\` repairs it\n`
      resolve(1)
    })
    child.on('exit', (exitCode) => {
      // Whoever still holds the output open was started by the tests and is not needed any more.
      stop(child)
      child.once('close', () => resolve(exitCode ?? 1))
    })
  })
  clearTimeout(timer)
  running.delete(child)
  const counts = readReport(junit)
  // Failed tests speak for themselves; anything else that went wrong counts as one more failure.
  const unexplained = stopped || (counts.failed === 0 && whatWentWrong(code, counts))
  const failed = counts.failed + (unexplained ? 1 : 0)
  const text = output.replace(/^bun test v.*\n/gm, '')
  return {
    file,
    ...counts,
    failed,
    stopped: stopped !== '',
    output: unexplained ? `${text}\n${unexplained}` : text,
    ms: performance.now() - start,
  }
}

/** Why the file counts as failed even if none of its tests says so. */
function whatWentWrong(code, counts) {
  if (!counts.complete) return 'the file ended before its tests, or has none'
  return code === 0 ? '' : `bun test ended with code ${code}`
}

function stop(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended, and everything that it started.
  }
}

/** Counts from a JUnit report. Only a run that came to its end writes one. */
function readReport(path) {
  const counts = { passed: 0, failed: 0, skipped: [], complete: false }
  let xml
  try {
    xml = readFileSync(path, 'utf8')
  } catch {
    return counts
  }
  for (const [, attributes, inner = ''] of xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)) {
    counts.complete = true
    if (/<(failure|error)\b/.test(inner)) counts.failed += 1
    else if (inner.includes('<skipped')) {
      const name = unescapeXml(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? '')
      // A hook of skipped tests is none itself.
      if (name !== '(unnamed)') counts.skipped.push(name)
    } else counts.passed += 1
  }
  return counts
}

const ENTITIES = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&#10;': ' ', '&amp;': '&' }
const unescapeXml = (text) => text.replace(/&(?:lt|gt|quot|apos|amp|#10);/g, (entity) => ENTITIES[entity])
