import { expect, test } from 'bun:test'
import { isSigned, sameText, signChannel } from './signature.ts'

/** The worked examples of Pusher's documentation on channel authorization signatures. */
const APP = { key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8', dialect: 'pusher' as const }
const APPS = { find: (key: string) => (key === APP.key ? APP : undefined) }
const PRIVATE = `${APP.key}:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4`

test('a private channel is signed as the protocol says', () => {
  expect(signChannel(APP, '1234.1234', 'private-foobar')).toBe(PRIVATE)
  expect(isSigned(APPS, PRIVATE, '1234.1234', 'private-foobar')).toBe(true)
})

test('a presence channel is signed with its data', () => {
  const data = '{"user_id":10,"user_info":{"name":"Mr. Channels"}}'
  const auth = `${APP.key}:31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80`
  expect(signChannel(APP, '1234.1234', 'presence-foobar', data)).toBe(auth)
  expect(isSigned(APPS, auth, '1234.1234', 'presence-foobar', data)).toBe(true)
  expect(isSigned(APPS, auth, '1234.1234', 'presence-foobar', data.replace('10', '11'))).toBe(false)
})

test('anything else is not', () => {
  for (const auth of ['', ':', PRIVATE.slice(21), `x${PRIVATE}`, `${PRIVATE}0`, PRIVATE.toUpperCase()]) {
    expect(isSigned(APPS, auth, '1234.1234', 'private-foobar')).toBe(false)
  }
  expect(isSigned(APPS, PRIVATE, '1234.1235', 'private-foobar')).toBe(false)
})

test('texts are compared by their bytes', () => {
  expect(sameText('é', 'é')).toBe(true)
  expect(sameText('é', 'e')).toBe(false)
  expect(sameText('', '')).toBe(true)
})
