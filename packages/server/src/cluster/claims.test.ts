import { expect, test } from 'bun:test'
import { LocalClaims } from './claims.ts'

test('one node: what it takes it is the first to hold, what it releases nobody holds', () => {
  const claims = new LocalClaims()
  expect([claims.take('user:1'), claims.take('user:1')]).toEqual([true, false])
  expect([...claims.held(['user:1', 'user:2'])]).toEqual(['user:1'])
  expect([claims.release('user:1'), claims.release('user:1')]).toEqual([true, false])
  expect([...claims.held(['user:1'])]).toEqual([])
})
