// @ts-check
// Processes and those they have started, which a signal to a group does not reach: PostgreSQL gives each connection's
// process a group of its own.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const LOOK_MS = 20

/** @param {number} ms */
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Asks again and again until the answer is yes.
 *
 * @param {() => boolean | Promise<boolean>} ask
 * @param {number} limitMs
 * @returns {Promise<boolean>} false when it took too long
 */
export async function until(ask, limitMs) {
  for (const start = performance.now(); !(await ask()); await later(LOOK_MS))
    if (performance.now() - start > limitMs) return false
  return true
}

/**
 * The processes that run, with their parents'. One that has ended and waits for its parent to take notice of it is none.
 *
 * @returns {Map<number, number>}
 */
function everyProcess() {
  const lines = existsSync('/proc/self/stat') ? linesOfProc() : linesOfPs()
  return new Map(
    lines.filter(([, state]) => !/^[ZX]/.test(state)).map(([pid, , parent]) => [Number(pid), Number(parent)]),
  )
}

/** @typedef {[pid: string, state: string, parent: string]} Line */

/** @returns {Line[]} */
function linesOfPs() {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,state=,ppid='], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => /** @type {Line} */ (line.trim().split(/\s+/)))
}

/** Not every Linux has ps. @returns {Line[]} */
function linesOfProc() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // "pid (name) state parent …"; the name may hold anything.
        const [state = '', parent = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')
        return [/** @type {Line} */ ([pid, state, parent])]
      } catch {
        return [] // It ended meanwhile.
      }
    })
}

/**
 * A process and all that it has started, itself first.
 *
 * @param {number} pid
 */
export function processTree(pid) {
  const processes = everyProcess()
  const tree = processes.has(pid) ? [pid] : []
  // The list grows while it is walked through.
  for (const member of tree) for (const [child, parent] of processes) if (parent === member) tree.push(child)
  return tree
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function send(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

/**
 * Waits until none of the processes runs any more.
 *
 * @param {number[]} pids
 * @param {number} limitMs
 * @returns {Promise<boolean>} false when it took too long
 */
export function whenGone(pids, limitMs) {
  return until(() => {
    const processes = everyProcess()
    return !pids.some((pid) => processes.has(pid))
  }, limitMs)
}

/**
 * Ends a process and all that it has started: it is asked at first, and killed when it does not comply.
 *
 * @param {number} pid
 * @param {NodeJS.Signals} politely
 * @param {number} patienceMs
 */
export async function endTree(pid, politely, patienceMs) {
  const tree = processTree(pid)
  send(pid, politely)
  // Who has been halted hears nothing.
  for (const member of tree) send(member, 'SIGCONT')
  if (await whenGone(tree, patienceMs)) return
  for (const member of tree) send(member, 'SIGKILL')
  await whenGone(tree, patienceMs)
}
