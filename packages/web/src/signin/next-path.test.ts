import { describe, expect, test } from 'bun:test'
import { nextPath } from './next-path.ts'

describe('the page after signing in', () => {
  test.each(['/chat/group/7', '/q/g/7?t=abc.def', '/contacts/add?find=%E5%B0%8F', '/person/9#top', '/chats'])(
    'is the one that was asked for: %s',
    (path) => expect(nextPath(path)).toBe(path),
  )

  test.each([
    'https://evil.example/',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    '/x\\..\\..\\evil',
    '/.//evil.example',
    '/a/..//evil.example',
    'javascript:alert(1)',
    'chats',
    ' /chats',
    '',
  ])('is never another site, nor a script: %j', (path) => expect(nextPath(path)).toBe('/'))

  test.each(['/signin', '/signin?next=/signin', '/register/', '/forgot#x', '/a/../signin'])(
    'is no page for visitors: %s',
    (path) => expect(nextPath(path)).toBe('/'),
  )

  test('is the first page when nothing was asked for, and the first of several', () => {
    expect(nextPath(undefined)).toBe('/')
    expect(nextPath(null)).toBe('/')
    expect(nextPath(['/me', '//evil.example'])).toBe('/me')
    expect(nextPath(['//evil.example', '/me'])).toBe('/')
  })
})
