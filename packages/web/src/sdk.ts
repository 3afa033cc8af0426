import { createClient, NetworkError, ParleyError } from '@parley/client'
import { currentAccount } from './browser/accounts.ts'
import { i18n } from './i18n/index.ts'

const account = currentAccount()

/**
 * The connection to the site. There is one account in a page: choosing another one loads the page anew, so that nothing
 * of the one before is left.
 */
export const client = createClient({
  ...(account ? { token: account.token, uid: account.uid } : { token: visitorToken() }),
  // A visitor may switch the language while the page is open.
  language: () => document.documentElement.lang,
})

/**
 * Who is not signed in is a visitor of this page alone: the browser's cookie may hold the session of another account of
 * this device, and signing in with it would end that session. The server binds captchas to this token.
 */
function visitorToken(): string {
  return `pv_${Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** What to tell people about a failure, in their language. Empty for what they ended themselves. */
export function errorText(error: unknown): string {
  const { t } = i18n.global
  if (error instanceof ParleyError) return error.msg
  if (error instanceof NetworkError) {
    if (error.reason === 'timeout') return t('errors.timeout')
    return error.reason === 'unexpected' ? t('errors.unexpected') : t('errors.network')
  }
  if (error instanceof DOMException && error.name === 'AbortError') return ''
  return t('errors.unknown')
}

/** The code of the server's refusal; undefined for everything else. */
export const errorCode = (error: unknown): number | undefined =>
  error instanceof ParleyError ? error.code : undefined

/** Refusals that may be over in a moment: a busy server, somebody who was too quick. */
const PASSING = new Set(['too_many_requests', 'unavailable'])

/** Whether the same again may go well: what the server does not allow, it does not allow the second time either. */
export const mayPass = (error: unknown): boolean =>
  !(error instanceof ParleyError) || PASSING.has(error.kind ?? '')
