import { expect, test } from 'bun:test'
import { formsOf, readChannel } from './channel.ts'

test.each([
  ['user-9', 'public', 'user', 9, 'user-9'],
  ['private-group-7', 'private', 'group', 7, 'group-7'],
  ['presence-group-7', 'presence', 'group', 7, 'group-7'],
  ['private-global', 'private', 'global', 0, 'global'],
  ['news', 'public', 'custom', 0, 'news'],
  ['private-encrypted-user-9', 'private', 'custom', 0, 'encrypted-user-9'],
  ['private-private-user-9', 'private', 'custom', 0, 'private-user-9'],
  ['presence-global', 'presence', 'custom', 0, 'global'],
  ['presence-user-9', 'presence', 'reserved', 0, 'user-9'],
  ['user-09', 'public', 'reserved', 0, 'user-09'],
  ['private-user-9;', 'private', 'reserved', 0, 'user-9;'],
  ['group-', 'public', 'reserved', 0, 'group-'],
])('%s', (name, visibility, kind, id, base) => {
  expect(readChannel(name)).toEqual({ name, visibility, kind, id, base } as never)
})

test.each([
  '',
  'a b',
  'a|b',
  '#server-to-user-1',
  'private-',
  'presence-',
  'ü',
  'x'.repeat(201),
  7,
  null,
  undefined,
])('%p is no channel name', (name) => {
  expect(readChannel(name)).toBeUndefined()
})

test('what product code publishes to has fixed forms, other names only themselves', () => {
  expect(formsOf('user-9')).toEqual(['user-9', 'private-user-9'])
  expect(formsOf('group-7')).toEqual(['group-7', 'private-group-7', 'presence-group-7'])
  expect(formsOf('global')).toEqual(['global', 'private-global'])
  expect(formsOf('private-group-7')).toEqual(['private-group-7'])
  expect(formsOf('news')).toEqual(['news'])
})
