import { describe, expect, test } from 'bun:test'
import { characters, roomLeft } from './limits.ts'

describe('the room that is left', () => {
  test('is told near the end only', () => {
    expect(roomLeft('a'.repeat(79), 100)).toBeUndefined()
    expect(roomLeft('a'.repeat(89), 100)).toBeUndefined()
    expect(roomLeft('a'.repeat(90), 100)).toBe(10)
    expect(roomLeft('a'.repeat(19_799), 20_000)).toBeUndefined()
    expect(roomLeft('a'.repeat(19_800), 20_000)).toBe(200)
  })

  test('is negative beyond the limit', () => {
    expect(roomLeft('a'.repeat(103), 100)).toBe(-3)
  })

  test('counts code points, as the server does', () => {
    expect(characters('a😀好')).toBe(3)
    expect(roomLeft('😀'.repeat(100), 100)).toBe(0)
  })

  test('does not end where no limit is known', () => {
    expect(roomLeft('a'.repeat(100_000), 0)).toBeUndefined()
  })
})
