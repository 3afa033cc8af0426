import { randomBytes } from 'node:crypto'

const TOKEN_BYTES = 32

/**
 * A token that cannot be guessed: the prefix tells people and scanners of leaked secrets what it is.
 * @param prefix `ps_` session, `pv_` visitor, `pk_` server key, `pa_` administrator setup
 */
export const newToken = (prefix: 'ps_' | 'pv_' | 'pk_' | 'pa_'): string =>
  prefix + randomBytes(TOKEN_BYTES).toString('base64url')

/**
 * What is stored of a token instead of itself: sha256 in hex. Tokens are random, so a fast hash is as good as a slow
 * one; and a look-up by hash tells by its timing nothing of use about the token.
 */
export const hashToken = (token: string): string => Bun.CryptoHasher.hash('sha256', token, 'hex')
