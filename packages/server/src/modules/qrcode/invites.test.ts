import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Invites } from './invites.ts'

const DAY_MS = 24 * 3600 * 1000
const START_MS = 1_760_000_000_500

function invitesAt(start = START_MS, secret = 'a secret of this site') {
  const time = { now: start }
  return { invites: new Invites({ secret, clock: () => time.now }), time }
}

describe('invitations to groups', () => {
  test('name their maker, for their own group only', () => {
    const { invites } = invitesAt()
    const { token } = invites.issue(7, 9)
    expect(invites.verify(token, 7)).toBe(9)
    expect(invites.verify(token, 8)).toBeUndefined()
  })

  test('are good for seven days, and say until when', () => {
    const { invites, time } = invitesAt()
    const { token, expires } = invites.issue(7, 9)
    expect(expires).toBe(Math.floor((START_MS + 7 * DAY_MS) / 1000))
    time.now = expires * 1000 - 1
    expect(invites.verify(token, 7)).toBe(9)
    time.now = expires * 1000
    expect(invites.verify(token, 7)).toBeUndefined()
  })

  test('of another site are worthless', () => {
    const { token } = invitesAt(START_MS, 'another secret').invites.issue(7, 9)
    expect(invitesAt().invites.verify(token, 7)).toBeUndefined()
  })

  test('cannot be altered in a single character', () => {
    const { invites } = invitesAt()
    const { token } = invites.issue(7, 9)
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'abcXYZ019-_.'), (at, character) => {
        const altered = token.slice(0, at) + character + token.slice(at + 1)
        const bytes = (text: string) =>
          text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'))
        // The last character of base64url has bits that mean nothing.
        if (bytes(altered).join() === bytes(token).join()) return true
        return invites.verify(altered, 7) === undefined
      }),
    )
  })

  test('that are no tokens at all are refused, not an error', () => {
    const { invites } = invitesAt()
    const { token } = invites.issue(7, 9)
    const [payload, signature] = token.split('.')
    for (const wrong of [
      '',
      '.',
      'x',
      payload!,
      `${payload}.`,
      `.${signature}`,
      `${token}.x`,
      'a'.repeat(600),
    ]) {
      expect(invites.verify(wrong, 7)).toBeUndefined()
    }
    fc.assert(fc.property(fc.string(), (text) => invites.verify(text, 7) === undefined))
  })
})
