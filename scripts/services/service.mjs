// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, isFree } from './ports.mjs'
import { processTree, send, until, whenGone } from './processes.mjs'

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 30_000
const START_TRIES_MAX = 5
const LOG_LINES_SHOWN = 15

/** @typedef {{ uid: number, gid: number }} Account whom a program runs as */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {Account | undefined} account undefined: who runs this
 * @property {NodeJS.Signals} stopSignal asks it to end
 * @property {NodeJS.Signals} dropSignal asks it to end at once, when nobody needs its data any more
 * @property {boolean} [startsToClean] whether it must start once more after a kill to remove what lies outside its folder
 * @property {(folder: string, port: number) => string[]} command
 * @property {(folder: string, port: number) => Record<string, string>} [environment] variables besides the path
 * @property {(folder: string, port: number, pid: number) => boolean | Promise<boolean>} isReady
 */

/**
 * A program that serves on a port of 127.0.0.1 out of a temporary folder. Nothing of it stays behind: it and the folder
 * are gone when `close()` resolves or, without that, shortly after this process has ended, in whatever way. It does
 * not keep this process from ending.
 */
export class Service {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child
  #wasKilled = false
  #guard

  /** @param {Program} program */
  constructor(program) {
    this.program = program
    /** Where its data and its log are. */
    this.folder = mkdtempSync(join(tmpdir(), `parley-${program.name}-`))
    if (program.account) chownSync(this.folder, program.account.uid, program.account.gid)
    /** 0 before the first start. */
    this.port = 0
    // In a group of its own it survives what ends this process's group, Ctrl-C for example.
    this.#guard = spawn(
      process.execPath,
      [fileURLToPath(new URL('guard.mjs', import.meta.url)), this.folder],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      },
    )
    this.#guard.stdin.on('error', () => {})
    letGo(this.#guard)
  }

  /** The program's process; 0 when it does not run. */
  get pid() {
    return this.#child?.pid ?? 0
  }

  /**
   * Runs a program to its end, in the folder and by the service's account.
   *
   * @param {string} file
   * @param {string[]} args
   * @throws Error with what it printed, when it fails
   */
  async run(file, ...args) {
    await this.#spawn([file, ...args])
    const code = await this.#ended()
    if (code !== 0) throw new Error(`${file} ended with ${code}\n${this.#endOfLog()}`)
  }

  /**
   * Starts the program and waits until it serves. Later starts are on the same port with the same data.
   *
   * @param {number} [port] any free one unless given
   * @throws Error with the end of its log, when it does not start
   */
  async start(port = this.port) {
    for (let tried = 1; ; tried++) {
      this.port = port || (await freePort())
      const { command, environment } = this.program
      await this.#spawn(command(this.folder, this.port), environment?.(this.folder, this.port))
      if (await this.#serves()) break
      await this.kill()
      this.#wasKilled = false
      // Somebody may have taken the port between the look and the start.
      const another = !port && tried < START_TRIES_MAX && !(await isFree(this.port))
      if (!another) throw new Error(`${this.program.name} did not start\n${this.#endOfLog()}`)
    }
    this.#wasKilled = false
  }

  /** Ends it as its administrator would. The data stay until {@link close}. */
  async stop() {
    if (this.pid === 0) return
    this.resume()
    const ended = this.#ended()
    send(this.pid, this.program.stopSignal)
    const late = setTimeout(() => this.kill(), STOP_LIMIT_MS)
    await ended
    clearTimeout(late)
  }

  /** Ends it without warning, as a failing machine does. */
  async kill() {
    if (this.pid === 0) return
    this.#wasKilled = true
    const tree = processTree(this.pid)
    const ended = this.#ended()
    for (const pid of tree) send(pid, 'SIGKILL')
    await ended
    await whenGone(tree, STOP_LIMIT_MS)
  }

  /** Starts it again, on the same port with the same data. */
  async restart() {
    await this.stop()
    await this.start()
  }

  /** Halts it with all its processes: connections stay open and nobody answers. */
  pause() {
    /** @type {Set<number>} */
    const halted = new Set()
    // From the top, and until nobody is new: a process may appear just before its parent is halted.
    for (let hasNew = true; hasNew; ) {
      const fresh = processTree(this.pid).filter((pid) => !halted.has(pid))
      for (const pid of fresh) {
        send(pid, 'SIGSTOP')
        halted.add(pid)
      }
      hasNew = fresh.length > 0
    }
  }

  /** Lets it go on after {@link pause}. */
  resume() {
    for (const pid of processTree(this.pid).reverse()) send(pid, 'SIGCONT')
  }

  /** Ends it and deletes its folder. */
  async close() {
    // When it cannot start again, a few bytes of shared memory are not worth a failure.
    if (this.#wasKilled && this.program.startsToClean) await this.start().catch(() => {})
    const guard = this.#guard
    if (guard.exitCode !== null || guard.signalCode !== null) return
    guard.ref()
    guard.stdin.end()
    await once(guard, 'exit')
  }

  /**
   * @param {string[]} command
   * @param {Record<string, string>} [environment]
   */
  async #spawn([file = '', ...args], environment) {
    const log = openSync(join(this.folder, 'log'), 'a')
    const child = spawn(file, args, {
      ...this.program.account,
      cwd: this.folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', ...environment },
      stdio: ['ignore', log, log],
      detached: true,
    })
    closeSync(log)
    await once(child, 'spawn')
    letGo(child)
    this.#child = child
    this.#tellGuard(`${child.pid} ${this.program.dropSignal}`)
    child.once('exit', () => {
      if (this.#child !== child) return
      this.#child = undefined
      this.#tellGuard('0 SIGTERM')
    })
  }

  /** @param {string} line */
  #tellGuard(line) {
    if (this.#guard.stdin.writable) this.#guard.stdin.write(`${line}\n`)
  }

  /** Whether it serves in the end. */
  async #serves() {
    const { folder, port, program } = this
    let ready = false
    await until(async () => {
      ready = this.pid > 0 && (await program.isReady(folder, port, this.pid))
      return ready || this.pid === 0
    }, START_LIMIT_MS)
    return ready
  }

  /** Resolves with the exit code when the program has ended; null after a signal. */
  async #ended() {
    const child = this.#child
    if (!child) return null
    child.ref()
    await once(child, 'exit')
    return child.exitCode
  }

  #endOfLog() {
    return readFileSync(join(this.folder, 'log'), 'utf8').split('\n').slice(-LOG_LINES_SHOWN).join('\n')
  }
}

/**
 * Keeps a child from holding up the end of this process.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function letGo(child) {
  child.unref()
  const pipe = /** @type {import('node:net').Socket | null} */ (child.stdin)
  pipe?.unref?.()
}
