import { beforeEach, expect, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { server } from './chats.fixture.ts'
import { useRequests } from './requests.ts'

/** Tom, 50, asks to be friends. */
const ROW = {
  ...{ nid: 3, from: 50, nickname: '汤姆', avatar: '', data: '{"postscript":"我是汤姆"}' },
  ...{ timestamp: 1_700_000_000, operation: 'not_operated' },
}

const settled = () => new Promise((resolve) => setTimeout(resolve))

beforeEach(() => setActivePinia(createPinia()))

test('who looks for a request before the server has told how many there are finds it', async () => {
  const requests = useRequests()
  const calls = server(async () => [ROW])
  await requests.ensure()
  expect(calls).toEqual([])
  requests.learnCount(1)
  await settled()
  expect(requests.from(50)?.postscript).toBe('我是汤姆')
})

test('who looks for a request sees the one that comes later', async () => {
  const requests = useRequests()
  requests.learnCount(0)
  await requests.ensure()
  server(async () => [ROW])
  requests.changed()
  await settled()
  expect(requests.from(50)?.nid).toBe(3)
})

test('while nobody looks for requests they are only counted', async () => {
  const requests = useRequests()
  const calls = server(async () => 2)
  requests.learnCount(1)
  requests.changed()
  await settled()
  expect(calls.map(([path]) => path)).toEqual(['friend/applycount'])
  expect(requests.open).toBe(2)
})
