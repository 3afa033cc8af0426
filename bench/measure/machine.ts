import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Redis } from 'ioredis'
import { processTree } from '../../scripts/services/processes.mjs'

/*
 * The processor time of other processes, as Linux counts it. How busy the machine is changes it far less than it changes
 * the time on the clock.
 */

/** Linux tells times of a process in hundredths of a second. */
const TICK_US = 10_000

/** µs that have been spent so far. */
export type Meter = () => number | Promise<number>

/** The main thread of a process, exact to the µs. */
export const mainThread =
  (pid: number): Meter =>
  () =>
    Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000

/** All threads of a process, those that have ended included. */
export const wholeProcess =
  (pid: number): Meter =>
  () =>
    ticksOf(pid).own * TICK_US

/** A process with all that it has started, also what has ended by now. */
export const wholeTree =
  (pid: number): Meter =>
  () =>
    processTree(pid).reduce((sum, member) => {
      const { own, ended } = ticksOf(member)
      return sum + (own + (member === pid ? ended : 0)) * TICK_US
    }, 0)

/** Redis, which counts for itself. */
export const redisItself =
  (redis: Redis): Meter =>
  async () => {
    const info = await redis.info('cpu')
    const seconds = (name: string) => Number(new RegExp(`^used_cpu_${name}:([\\d.]+)`, 'm').exec(info)![1])
    return (seconds('user') + seconds('sys')) * 1e6
  }

function ticksOf(pid: number): { own: number; ended: number } {
  // "pid (name) state ppid …": the name may hold anything, the rest is numbers.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number)
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number]
  return { own: user + system, ended: endedUser + endedSystem }
}

/** What was spent while something ran, by the meters' names; `ms` is the time on the clock. */
export async function spent<Name extends string, Result>(
  meters: Record<Name, Meter>,
  run: () => Promise<Result>,
): Promise<{ us: Record<Name, number>; ms: number; result: Result }> {
  const names = Object.keys(meters) as Name[]
  const read = () => Promise.all(names.map((name) => meters[name]()))
  const before = await read()
  const started = performance.now()
  const result = await run()
  const ms = performance.now() - started
  const after = await read()
  const us = Object.fromEntries(names.map((name, i) => [name, after[i]! - before[i]!])) as Record<
    Name,
    number
  >
  return { us, ms, result }
}

/** The processor's name and how many threads it runs at once. */
export const processor = (): { processor: string; cores: number } => ({
  processor: cpus()[0]!.model,
  cores: cpus().length,
})

/** Whether this machine tells what the meters ask for. */
export const canMeasure = (): boolean => {
  try {
    return readdirSync('/proc/self/task').length > 0 && mainThread(process.pid)() !== 0
  } catch {
    return false
  }
}
