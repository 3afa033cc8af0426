import { createHash, timingSafeEqual } from 'node:crypto'
import { AppError, type Language } from '@parley/contract'
import { parse as parseCookies } from 'hono/utils/cookie'
import type { Clock } from '../clock.ts'
import type { Networks } from '../networks.ts'
import type { Actor } from '../operation.ts'
import type { Origin } from './network.ts'
import type { Parameters } from './parameters.ts'

export const SESSION_COOKIE = 'parley_session'

/** Prefix of session tokens; anything else that comes as a bearer token is taken for a server key. */
const SESSION_TOKEN_PREFIX = 'ps_'
const DEVICE_CHARACTERS_MAX = 200
/** How long a `cpccc_token` of the original scheme is good. */
const LEGACY_TOKEN_SECONDS = 300

/** The doors' faces; `web` and `h5` are aliases. */
export type Face = 'api' | 'web' | 'h5'

interface SessionIdentity {
  sessionId: number
  uid: number
  admin: boolean
  /** True when this use has just prolonged the session. */
  extended: boolean
}

interface Dependencies {
  sessions: { identify(token: string): Promise<SessionIdentity | undefined> }
  keys: { check(token: string): Promise<boolean> }
  /** Addresses that may use `/api` without a key (`API_ALLOW_IPS`). */
  apiAllowed: Networks
  /** The shared secret of the original `timestamp` + `cpccc_token` scheme, if the site lets it in. */
  legacySecret: string | undefined
  clock: Clock
}

/** What a request carries to prove who it is, before it is believed. */
interface Credentials {
  bearer: string | undefined
  apiKey: string | undefined
  cookie: string | undefined
}

/** Where a call came from, as every door finds it out. */
export type CallOrigin = Origin & Pick<Actor, 'device' | 'language'>

/** Finds out who is calling. The only place where an {@link Actor} is made. */
export class Identity {
  constructor(private readonly dependencies: Dependencies) {}

  /** The caller on `/web` and `/h5`: the session decides, `login_uid` is ignored. */
  async web(request: Request, origin: CallOrigin): Promise<Actor> {
    const { bearer, cookie } = credentialsOf(request)
    const token = bearer ?? cookie ?? ''
    return (await this.#session(token, origin)) ?? visitor(token, origin)
  }

  /**
   * The caller on `/api`: a server key, which acts for the `login_uid` it names, or a user's session, which may name
   * only itself.
   * @throws AppError key_required, key_invalid, not_signed_in, forbidden
   */
  async api(request: Request, origin: CallOrigin, parameters: Parameters): Promise<Actor> {
    const { bearer, apiKey, cookie } = credentialsOf(request)
    const loginUid = uidOf(parameters.login_uid)
    const token = bearer ?? cookie
    if (token?.startsWith(SESSION_TOKEN_PREFIX)) {
      const actor = await this.#session(token, origin)
      if (!actor) throw new AppError('not_signed_in')
      if (loginUid !== 0 && loginUid !== actor.uid) throw new AppError('forbidden')
      return actor
    }
    const key = apiKey ?? bearer
    if (key !== undefined) {
      if (!(await this.dependencies.keys.check(key))) throw new AppError('key_invalid')
    } else if (!this.dependencies.apiAllowed.includes(origin.address)) {
      this.#checkLegacyToken(parameters)
    }
    return { ...origin, kind: 'server', uid: loginUid, admin: false, sessionId: 0, visitorToken: '' }
  }

  /**
   * The caller on `/api` as far as the headers tell, before the body is read.
   * @returns undefined when the proof may be in the body: that of the original's scheme is among the parameters
   * @throws AppError key_required, key_invalid, not_signed_in
   */
  async apiByHeaders(request: Request, origin: CallOrigin): Promise<Actor | undefined> {
    const { legacySecret } = this.dependencies
    const { bearer, apiKey, cookie } = credentialsOf(request)
    const hasProof = bearer !== undefined || apiKey !== undefined || cookie !== undefined
    return hasProof || legacySecret === undefined ? this.api(request, origin, {}) : undefined
  }

  /** The user behind a session token (websocket `?token=`), if it is good. */
  async #session(token: string, origin: CallOrigin): Promise<Actor | undefined> {
    if (!token.startsWith(SESSION_TOKEN_PREFIX)) return undefined
    const session = await this.dependencies.sessions.identify(token)
    if (!session) return undefined
    const { sessionId, uid, admin, extended } = session
    return { ...origin, kind: 'user', uid, admin, sessionId, visitorToken: token, extended }
  }

  /**
   * The caller of a websocket handshake. A cookie counts only when a page of this site opened the socket.
   */
  async socket(request: Request, origin: CallOrigin, sameSite: boolean): Promise<Actor> {
    const { bearer, cookie } = credentialsOf(request)
    const token =
      new URL(request.url).searchParams.get('token') ?? bearer ?? (sameSite ? cookie : undefined) ?? ''
    return (await this.#session(token, origin)) ?? visitor('', origin)
  }

  /**
   * The original's scheme: `cpccc_token` = md5(timestamp + secret). Weak (md5, replayable for five minutes, covers
   * neither path nor parameters), so it works only where the site has set `LEGACY_API_SECRET`.
   */
  #checkLegacyToken({ timestamp, cpccc_token: given }: Parameters): void {
    const { legacySecret, clock } = this.dependencies
    if (legacySecret === undefined || typeof given !== 'string' || timestamp === undefined) {
      throw new AppError('key_required')
    }
    const age = Math.abs(clock() / 1000 - Number(timestamp))
    const expected = createHash('md5').update(`${timestamp}${legacySecret}`).digest('hex')
    const matches =
      given.length === expected.length &&
      timingSafeEqual(Buffer.from(given.toLowerCase()), Buffer.from(expected))
    if (!(age <= LEGACY_TOKEN_SECONDS) || !matches) throw new AppError('key_invalid')
  }
}

const visitor = (token: string, origin: CallOrigin): Actor => ({
  ...origin,
  kind: 'visitor',
  uid: 0,
  admin: false,
  sessionId: 0,
  visitorToken: token,
})

function credentialsOf(request: Request): Credentials {
  const authorization = request.headers.get('authorization')
  const cookies = request.headers.get('cookie')
  return {
    bearer: authorization?.toLowerCase().startsWith('bearer ') ? authorization.slice(7).trim() : undefined,
    apiKey: request.headers.get('x-api-key') ?? undefined,
    cookie: cookies ? parseCookies(cookies, SESSION_COOKIE)[SESSION_COOKIE] : undefined,
  }
}

/** True when the caller brings its token itself, and not in a cookie. */
export const hasBearer = (request: Request): boolean => credentialsOf(request).bearer !== undefined

/** True when the caller proves itself with a header that no other site's page can make a browser send. */
export function hasOwnProof(request: Request): boolean {
  const { bearer, apiKey } = credentialsOf(request)
  return bearer !== undefined || apiKey !== undefined
}

function uidOf(value: unknown): number {
  if (value === undefined || value === null || value === '') return 0
  const uid = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  if (typeof uid !== 'number' || !Number.isSafeInteger(uid) || uid < 0) {
    throw new AppError('invalid_parameter', {
      name: 'login_uid',
      expected: { zh: '应为整数', en: 'must be a whole number' },
    })
  }
  return uid
}

/** The first language of a list such as `en-GB,en;q=0.9` that Parley speaks. */
export function languageOf(wanted: unknown, fallback: Language = 'zh'): Language {
  if (typeof wanted !== 'string') return fallback
  for (const part of wanted.toLowerCase().split(',')) {
    const tag = part.trim()
    if (tag.startsWith('zh')) return 'zh'
    if (tag.startsWith('en')) return 'en'
  }
  return fallback
}

/** The caller's language: the parameter `lang` if given, else `Accept-Language`; Chinese if neither says. */
export const requestLanguage = (request: Request, lang?: unknown): Language =>
  languageOf(lang, languageOf(request.headers.get('accept-language')))

export const deviceOf = (request: Request): string =>
  (request.headers.get('user-agent') ?? '').slice(0, DEVICE_CHARACTERS_MAX)
