import { expect, test } from 'bun:test'
import { MemoryOneTimeStore, type OneTimeStore } from '../../cluster/index.ts'
import { Captchas } from './captcha.ts'

let now = 1_700_000_000_000
const store = new MemoryOneTimeStore(3, () => now)
/** What the captchas keep, for a test that has no eyes. */
const kept = new Map<string, string>()
const watched: OneTimeStore = {
  put: (key, value, lifeMs) => {
    kept.set(key, value)
    return store.put(key, value, lifeMs)
  },
  take: (key) => store.take(key),
}
const captchas = new Captchas(watched)

async function solve(purpose: 'login' | 'join', visitor: string): Promise<string> {
  kept.clear()
  const svg = await captchas.draw(purpose, visitor)
  expect(svg).toStartWith('<svg')
  expect(svg).not.toContain('<text')
  const [answer] = kept.values()
  return answer!
}

test('the right answer counts once, in any case', async () => {
  const answer = await solve('login', 'pv_a')
  expect(answer).toMatch(/^[a-z0-9]{4}$/)
  expect(await captchas.check('login', 'pv_a', ` ${answer.toUpperCase()}`)).toBe(true)
  expect(await captchas.check('login', 'pv_a', answer)).toBe(false)
})

test('a wrong answer uses the captcha up', async () => {
  const answer = await solve('login', 'pv_a')
  expect(await captchas.check('login', 'pv_a', 'wrong')).toBe(false)
  expect(await captchas.check('login', 'pv_a', answer)).toBe(false)
})

test('it fits one purpose and one visitor', async () => {
  const answer = await solve('login', 'pv_a')
  expect(await captchas.check('join', 'pv_a', answer)).toBe(false)
  expect(await captchas.check('login', 'pv_b', answer)).toBe(false)
  expect(await captchas.check('login', '', answer)).toBe(false)
  expect(await captchas.check('login', 'pv_a', answer)).toBe(true)
})

test('a new picture replaces the old one', async () => {
  const first = await solve('join', 'pv_a')
  let second = await solve('join', 'pv_a')
  while (second === first) second = await solve('join', 'pv_a')
  expect(await captchas.check('join', 'pv_a', first)).toBe(false)
})

test('it expires after five minutes', async () => {
  const answer = await solve('login', 'pv_a')
  now += 5 * 60_000
  expect(await captchas.check('login', 'pv_a', answer)).toBe(false)
})

test('a full store drops the oldest', async () => {
  const answers = new Map<string, string>()
  for (const visitor of ['pv_1', 'pv_2', 'pv_3', 'pv_4']) answers.set(visitor, await solve('login', visitor))
  expect(await captchas.check('login', 'pv_1', answers.get('pv_1')!)).toBe(false)
  expect(await captchas.check('login', 'pv_4', answers.get('pv_4')!)).toBe(true)
})

test('answers do not repeat themselves', async () => {
  const answers = new Set<string>()
  for (let count = 0; count < 50; count++) answers.add(await solve('login', 'pv_a'))
  expect(answers.size).toBeGreaterThan(40)
})
