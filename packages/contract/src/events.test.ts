import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { GLOBAL_CHANNEL, groupChannel, isChannelName, parseChannel, userChannel } from './events.ts'

test('names and what they stand for', () => {
  expect(parseChannel('user-9')).toEqual({ visibility: 'public', kind: 'user', id: 9 })
  expect(parseChannel('private-user-9')).toEqual({ visibility: 'private', kind: 'user', id: 9 })
  expect(parseChannel('presence-group-51')).toEqual({ visibility: 'presence', kind: 'group', id: 51 })
  expect(parseChannel(GLOBAL_CHANNEL)).toEqual({ visibility: 'public', kind: 'global', id: 0 })
  expect(parseChannel('private-global')).toEqual({ visibility: 'private', kind: 'global', id: 0 })
  expect(parseChannel('shop-news')).toEqual({ visibility: 'public', kind: 'other', id: 0 })
})

test('other spellings of an id are other channels', () => {
  for (const name of [
    'user-09',
    'user-0',
    'user-',
    'user--1',
    'user-1.0',
    'User-1',
    'user-1 ',
    'user-1\n',
    'auser-1',
  ]) {
    expect([name, parseChannel(name).kind]).toEqual([name, 'other'])
  }
  expect(parseChannel('private-private-user-1').kind).toBe('other')
})

test('each id has one name', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (id) => {
      expect(parseChannel(userChannel(id))).toEqual({ visibility: 'public', kind: 'user', id })
      expect(parseChannel(groupChannel(id))).toEqual({ visibility: 'public', kind: 'group', id })
    }),
  )
})

test('the alphabet of channel names', () => {
  expect(isChannelName('a-Z_0=@,.;')).toBe(true)
  for (const name of ['', 'a b', 'a/b', '群', 'a'.repeat(201), 'a\n']) expect(isChannelName(name)).toBe(false)
})
