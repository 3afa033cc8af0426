import { expect, test } from 'bun:test'
import { nextChat } from './next-chat.ts'

const LIST = ['friend50', 'group7', 'friend51'].map((key) => ({ key }))
const next = (open: string, by: 1 | -1) => nextChat(LIST, open, by)?.key

test('goes up and down the list, and stays at its ends', () => {
  expect([next('friend50', 1), next('group7', 1), next('friend51', 1)]).toEqual([
    'group7',
    'friend51',
    'friend51',
  ])
  expect([next('friend51', -1), next('group7', -1), next('friend50', -1)]).toEqual([
    'group7',
    'friend50',
    'friend50',
  ])
})

test('begins at the top where no chat is open, or one that the list does not show', () => {
  expect([next('undefinedundefined', 1), next('friend99', -1)]).toEqual(['friend50', 'friend50'])
  expect(nextChat([], 'friend50', 1)).toBeUndefined()
})
