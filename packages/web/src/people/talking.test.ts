import { expect, test } from 'bun:test'
import { mayTalk } from './talking.ts'

const site = (...on: ('private_chat' | 'stranger_chat')[]) => ({
  isOn: (name: (typeof on)[number]) => on.includes(name),
})
const [friend, family, stranger] = [
  { isFriend: true },
  { isFriend: false, isFamily: true },
  { isFriend: false },
]
const everybody = [friend, family, stranger, undefined]

test('a site lets strangers talk, or only those who know each other', () => {
  const may = (open: ReturnType<typeof site>) => everybody.map((person) => mayTalk(person, open))
  expect(may(site('private_chat', 'stranger_chat'))).toEqual([true, true, true, true])
  expect(may(site('private_chat'))).toEqual([true, true, false, false])
  expect(may(site('stranger_chat'))).toEqual([false, false, false, false])
})
