import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Clock, toSeconds } from '../../clock.ts'

/** How long an invitation is good. */
const LIFETIME_MS = 7 * 24 * 3600 * 1000
const TOKEN_CHARACTERS_MAX = 500
/** The site's secret may sign other things, too: nothing signed elsewhere passes for an invitation. */
const PURPOSE = 'group-invite:'

interface Invite {
  gid: number
  /** Who invites. */
  uid: number
  /** Unix time in seconds. */
  exp: number
}

interface Dependencies {
  /** At least 32 random bytes that only this site has; a new one makes all invitations worthless. */
  secret: string | Uint8Array
  clock: Clock
}

/**
 * Invitations to groups as signed texts: `base64url(JSON) . base64url(HMAC-SHA256)`. Nothing is stored; one is good
 * for seven days and for one group, and whoever uses it asks besides whether its maker is still a member.
 */
export class Invites {
  constructor(private readonly dependencies: Dependencies) {}

  /** @returns the token, and the Unix time in seconds at which it ends */
  issue(gid: number, uid: number): { token: string; expires: number } {
    const expires = toSeconds(this.dependencies.clock() + LIFETIME_MS)
    const payload = Buffer.from(JSON.stringify({ gid, uid, exp: expires } satisfies Invite)).toString(
      'base64url',
    )
    return { token: `${payload}.${this.#sign(payload).toString('base64url')}`, expires }
  }

  /**
   * Checks a token, taking the same time for every wrong signature.
   * @returns the inviter's uid; undefined for a token that is wrong, expired or of another group
   */
  verify(token: string, gid: number): number | undefined {
    if (token.length > TOKEN_CHARACTERS_MAX) return undefined
    const [payload, signature, ...more] = token.split('.')
    if (!payload || !signature || more.length > 0) return undefined
    const given = Buffer.from(signature, 'base64url')
    const expected = this.#sign(payload)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    const invite = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Invite
    return invite.gid === gid && invite.exp > toSeconds(this.dependencies.clock()) ? invite.uid : undefined
  }

  #sign(payload: string): Buffer {
    return createHmac('sha256', this.dependencies.secret)
      .update(PURPOSE + payload)
      .digest()
  }
}
