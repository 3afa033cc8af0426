#!/usr/bin/env node
// @ts-check
// Builds the web client into packages/web/dist: `npm run build`. A running server has its pages in memory and takes up
// the new ones when it starts again.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const packages = dirname(web)
const dist = join(web, 'dist')
const index = join(dist, 'index.html')

/** What the pages are made of. */
const SOURCES = [
  ...['src', 'public', 'build', 'index.html', 'vite.config.ts', 'package.json'].map((name) =>
    join(web, name),
  ),
  join(packages, 'client/src'),
  join(packages, 'contract/src'),
  join(packages, '../package-lock.json'),
]

const LINE_CHARACTERS_MAX = 200

const chinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '')
/** @param {string} zh @param {string} en */
const say = (zh, en) => (chinese ? zh : en)

/** When something at the path changed last, in ms; the time of a folder tells of files that are gone. @param {string} path */
function changedAt(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return 0
  if (!found.isDirectory()) return found.mtimeMs
  let newest = found.mtimeMs
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name.endsWith('.test.ts')) continue
    newest = Math.max(newest, changedAt(join(path, entry.name)))
  }
  return newest
}

/** Whether the client is not built, or from what has changed since. */
function isNeeded() {
  const builtAt = statSync(index, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return SOURCES.some((path) => changedAt(path) > builtAt)
}

/** Bun and Vite as npm has installed them. @returns {string[]} empty without the packages that only development needs */
function findTools() {
  const { resolve } = createRequire(import.meta.url)
  try {
    const bun = join(dirname(resolve('bun/package.json')), 'bin/bun.exe')
    const vite = join(dirname(resolve('vite/package.json')), 'bin/vite.js')
    resolve('@vitejs/plugin-vue')
    return [bun, vite]
  } catch {
    return []
  }
}

/** Removes what builds that were killed have left. */
function cleanUp() {
  for (const name of readdirSync(web)) {
    const [, pid] = /^\.dist-(\d+)$/.exec(name) ?? []
    if (pid === undefined || (Number(pid) !== process.pid && isRunning(Number(pid)))) continue
    rmSync(join(web, name), { recursive: true, force: true })
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/** Runs a program to its end. @param {string[]} command @returns {Promise<{ ok: boolean, output: string }>} */
function run([program = '', ...args]) {
  return new Promise((resolve) => {
    const env = { ...process.env, NODE_ENV: 'production' }
    const child = spawn(program, args, { cwd: web, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part) => (output += part))
    child.on('error', (error) => resolve({ ok: false, output: error.message }))
    child.on('close', (code) => resolve({ ok: code === 0, output }))
  })
}

/**
 * Builds beside the folder and puts the whole in its place, so that no server ever meets half of it.
 * @returns {Promise<{ ok: boolean, output: string }>} what Vite had to say
 */
async function build() {
  const next = join(web, `.dist-${process.pid}`)
  const startedAt = new Date()
  const [bun, vite] = findTools()
  if (!bun || !vite) {
    const output = say(
      '缺少开发依赖，请先运行 npm ci',
      'packages for development are missing, npm ci brings them',
    )
    return { ok: false, output }
  }
  try {
    cleanUp()
    const built = await run([bun, vite, 'build', '--logLevel', 'warn', '--outDir', next])
    if (!built.ok) return built
    // What changes while it is being built is not in it.
    utimesSync(join(next, 'index.html'), startedAt, startedAt)
    rmSync(dist, { recursive: true, force: true })
    renameSync(next, dist)
    return built
  } catch (error) {
    return { ok: false, output: /** @type {Error} */ (error).message }
  } finally {
    rmSync(next, { recursive: true, force: true })
  }
}

/** What says only that something failed, or where. */
const EMPTY_WORDS = /^(✗ .*|error during build:|Build failed .*|\d+ \| .*|\^+|)$/

/** The line that says why a build failed. @param {string} output */
function gistOf(output) {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.trim())
  const line = lines.find((line) => !EMPTY_WORDS.test(line)) ?? ''
  return line.length > LINE_CHARACTERS_MAX ? `${line.slice(0, LINE_CHARACTERS_MAX)}…` : line
}

/**
 * Builds the client if it is missing or older than its sources, with one line about it. Never throws: a server is of use
 * without its pages, too.
 */
export async function buildIfNeeded() {
  if (!isNeeded()) return
  process.stdout.write(say('正在构建网页版 …', 'Building the web client …'))
  const start = performance.now()
  const { ok, output } = await build()
  if (ok) {
    process.stdout.write(` ${((performance.now() - start) / 1000).toFixed(1)} s\n`)
    return
  }
  const left = existsSync(index)
    ? say('沿用已有的构建', 'the one that is there is served')
    : say('服务器启动后没有网页', 'the server starts without its pages')
  process.stdout.write(` ${say('失败', 'failed')} (${gistOf(output)}): ${left}\n`)
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  const { ok, output } = await build()
  if (output.trim()) process.stderr.write(`${output.trimEnd()}\n`)
  process.exitCode = ok ? 0 : 1
}
