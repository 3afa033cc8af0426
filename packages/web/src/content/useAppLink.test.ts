import { expect, test } from 'bun:test'
import { ownPath } from './useAppLink.ts'

test('an address on this site is a path, any other is not', () => {
  const origin = 'https://chat.example'
  expect(ownPath('/chat/group/7?x=1#y', origin)).toBe('/chat/group/7?x=1#y')
  expect(ownPath('https://chat.example/chat/friend/50', origin)).toBe('/chat/friend/50')
  for (const away of [
    '//evil.example/chat',
    'https://chat.example.evil/',
    'http://chat.example/',
    'http://',
  ]) {
    expect(ownPath(away, origin)).toBeUndefined()
  }
})
