import { beforeEach, expect, jest, spyOn, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { effectScope } from 'vue'
import '@/browser/page.fixture.ts'
import { client } from '@/sdk.ts'
import { server } from './chats.fixture.ts'
import { usePeople } from './people.ts'
import { useTemporary } from './temporary.ts'

const contact = (uid: number, name: string) => ({
  ...{ uid, name, nickname: name, avatar: '', state: 'online', initials: 'A', is_member: 0 },
})
const [SPIKE, BUTCH] = [contact(51, '斯派克'), contact(52, '布奇')]

let handlers: Map<string, (event: object) => void>
let calls: unknown[][]

/** Something is told, and what follows from it has settled. @returns how often the list was read */
async function told(name: string, event: object): Promise<number> {
  const before = calls.length
  handlers.get(name)!(event)
  jest.advanceTimersByTime(500)
  await Promise.resolve()
  return calls.length - before
}

const from = (uid: number) => ({ chat: { type: 'friend', id: uid } })
const names = () => useTemporary().list?.map(({ nickname }) => nickname)

beforeEach(async () => {
  setActivePinia(createPinia())
  handlers = new Map()
  spyOn(client, 'on').mockImplementation(((name: string, act: (event: object) => void) => {
    handlers.set(name, act)
    return () => handlers.delete(name)
  }) as never)
  calls = server(async () => ({ A: { 51: SPIKE, 52: BUTCH } }))
  usePeople().learn({ uid: 50, isFriend: true })
  await useTemporary().load()
})

test('whoever becomes a friend is none of them any more', () => {
  expect(names()).toEqual(['斯派克', '布奇'])
  usePeople().learn({ uid: 51, isFriend: true })
  expect(names()).toEqual(['布奇'])
})

test('they are read anew when there may be others, and not for what friends and known ones say', async () => {
  jest.useFakeTimers()
  const scope = effectScope()
  scope.run(() => useTemporary().follow())
  try {
    expect(await told('message', from(53))).toBe(1)
    expect(await told('message', from(50))).toBe(0)
    expect(await told('message', from(51))).toBe(0)
    expect(await told('message', { chat: { type: 'group', id: 53 } })).toBe(0)
    for (const name of ['chatUpdate', 'removeFriend', 'friendDelete', 'home'])
      expect([name, await told(name, {})]).toEqual([name, 1])
    scope.stop()
    expect([...handlers.keys()]).toEqual([])
  } finally {
    jest.useRealTimers()
  }
})
