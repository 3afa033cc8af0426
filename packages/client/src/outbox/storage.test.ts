import { describe, expect, test } from 'bun:test'
import { memoryStorage, webStorage } from './storage.ts'

/** As a browser's, on a map. */
class MapStorage implements Storage {
  readonly #texts = new Map<string, string>()
  get length() {
    return this.#texts.size
  }
  clear = () => this.#texts.clear()
  getItem = (key: string) => this.#texts.get(key) ?? null
  key = (index: number) => [...this.#texts.keys()][index] ?? null
  removeItem = (key: string) => void this.#texts.delete(key)
  setItem = (key: string, value: string) => void this.#texts.set(key, value)
}

describe.each([
  ['memory', memoryStorage()],
  ['localStorage', webStorage(new MapStorage())],
])('%s', (_, storage) => {
  test('keeps, lists by prefix, and forgets', async () => {
    storage.set('a:1', 'one')
    storage.set('a:2', 'two')
    storage.set('b:1', 'other')
    storage.set('a:1', 'uno')
    expect([...(await storage.list('a:'))].sort()).toEqual([
      ['a:1', 'uno'],
      ['a:2', 'two'],
    ])
    storage.delete('a:1')
    storage.delete('unknown')
    expect(await storage.list('a:')).toEqual([['a:2', 'two']])
    expect(await storage.list('c')).toEqual([])
  })
})
