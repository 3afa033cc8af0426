#!/usr/bin/env node
// Starts Parley: the server and its commands run on Bun, which npm installed beside them. This script only finds
// Bun, hands everything over to it and gets out of the way, so that `npm start` and `npx parley` need nothing else.
import { spawn } from 'node:child_process'
import { accessSync, constants as modes, statSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'

/** Until its install script has run, the `bun` package holds a text of a few hundred bytes in place of the binary. */
const BINARY_BYTES_MIN = 1024 * 1024

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function fail(line) {
  process.stderr.write(`parley: ${line}\n`)
  process.exit(1)
}

function failRepairable(problem) {
  fail(`${problem}; \`node node_modules/bun/install.js\` in Parley's folder repairs it`)
}

/** Where npm put Bun: the folder of the package `bun` as seen from this file. */
function findBun() {
  let folder
  try {
    folder = dirname(fileURLToPath(import.meta.resolve('bun/package.json')))
  } catch {
    fail("Bun is not installed; run `npm ci` in Parley's folder first")
  }
  const binary = join(folder, 'bin', 'bun.exe')
  const size = statSync(binary, { throwIfNoEntry: false })?.size ?? 0
  if (size < BINARY_BYTES_MIN) failRepairable('Bun is not complete: npm did not run its install script')
  try {
    accessSync(binary, modes.X_OK)
  } catch {
    failRepairable('Bun may not be executed')
  }
  return binary
}

/** `parley start --watch` restarts the server whenever a file of it changes; the flag belongs to Bun. */
function bunArguments(args) {
  const watch = args[0] === 'start' && args.includes('--watch')
  if (!watch) return [main, ...args]
  return ['--watch', '--no-clear-screen', main, ...args.filter((argument) => argument !== '--watch')]
}

/** Runs Bun as a child: it gets every signal that this process gets, and does not outlive it. */
function runAsChild(bun, args) {
  const terminals = [0, 1, 2].filter((stream) => isatty(stream))
  const child = spawn(bun, ['--no-orphans', ...args], { stdio: 'inherit' })
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  process.on('exit', () => child.kill('SIGKILL'))
  child.on('error', (error) => failRepairable(`Bun cannot be run (${error.code})`))
  child.on('exit', (code, signal) => {
    if (!terminals.every((stream) => isatty(stream))) hangUp()
    process.exit(code ?? 128 + constants.signals[signal])
  })
}

/**
 * Ends as the closing of its terminal ends a program. Node would put the terminal back in order first, and crashes when
 * there is none any more.
 */
function hangUp() {
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}

const bun = findBun()
const args = bunArguments(process.argv.slice(2))

if (typeof process.execve === 'function' && process.platform !== 'win32') {
  // Replaces this process, so that signals and exit codes need no middleman.
  process.execve(bun, [bun, ...args], process.env)
} else {
  runAsChild(bun, args)
}
