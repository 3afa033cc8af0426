import { beforeEach, expect, test } from 'bun:test'
import { LocalBus, RELOAD_TOPIC } from '../cluster/index.ts'
import { ReadCache } from './cache.ts'

/** A bus whose link the test holds in its hands. */
class LooseBus extends LocalBus {
  override linked = true
  readonly #handlers: ((linked: boolean) => void)[] = []

  override onLink(handler: (linked: boolean) => void = () => {}): () => void {
    this.#handlers.push(handler)
    return () => {}
  }

  set(linked: boolean): void {
    this.linked = linked
    for (const handler of this.#handlers) handler(linked)
  }
}

let bus: LooseBus
let cache: ReadCache<string, string>
/** The table, and the reads that were made of it. */
let stored: string
let reads: number
/** Reads wait for this. */
let gate: Promise<void>

beforeEach(() => {
  bus = new LooseBus()
  stored = 'old'
  reads = 0
  gate = Promise.resolve()
  cache = new ReadCache(
    'test',
    10,
    async () => {
      reads++
      const value = stored
      await gate
      return value
    },
    bus,
  )
})

/** What is remembered when something else is stored now. */
async function after(change: () => void): Promise<string> {
  stored = 'new'
  change()
  return cache.get('a')
}

test('a value is read once, until it is forgotten', async () => {
  expect([await cache.get('a'), await cache.get('a'), reads]).toEqual(['old', 'old', 1])
  expect(await after(() => {})).toBe('old')
  expect(await after(() => cache.forget('b'))).toBe('old')
  expect(await after(() => cache.forget('a'))).toBe('new')
})

test('a change by another program empties it', async () => {
  await cache.get('a')
  expect(await after(() => bus.publish(RELOAD_TOPIC, null))).toBe('new')
})

test('losing the link and getting it back empty it', async () => {
  await cache.get('a')
  expect(await after(() => bus.set(false))).toBe('new')
  bus.set(true)
  expect([await cache.get('a'), await cache.get('a'), reads]).toEqual(['new', 'new', 3])
})

test('without the link every get reads anew, but for those that ask at the same time', async () => {
  bus.set(false)
  expect([await cache.get('a'), await cache.get('a'), reads]).toEqual(['old', 'old', 2])
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  const both = [cache.get('a'), cache.get('a')]
  expect(reads).toBe(3)
  resolve()
  expect(await Promise.all(both)).toEqual(['old', 'old'])
  stored = 'new'
  expect(await cache.get('a')).toBe('new')
})

test('what was read before the link came back is not kept after it', async () => {
  bus.set(false)
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  const early = cache.get('a')
  bus.set(true)
  stored = 'new'
  resolve()
  expect(await early).toBe('old')
  expect(await cache.get('a')).toBe('new')
})

test('a read that fails is not kept', async () => {
  let fails = true
  const failing = new ReadCache(
    'failing',
    10,
    async () => {
      if (fails) throw new Error('no database')
      return 'value'
    },
    bus,
  )
  await expect(failing.get('a')).rejects.toThrow('no database')
  fails = false
  expect(await failing.get('a')).toBe('value')
})
