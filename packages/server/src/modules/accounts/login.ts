import { AppError, type InputOf, type loginCheck, type loginJoin, USERNAME_PATTERN } from '@parley/contract'
import type { Actor, Call } from '../../operation.ts'
import type { Settings } from '../settings/index.ts'
import type { SmsCodes } from '../sms/index.ts'
import type { Account, Users } from '../users/index.ts'
import type { CaptchaPurpose, Captchas } from './captcha.ts'
import type { Credentials } from './credentials.ts'
import { hashPassword } from './passwords.ts'
import type { Sessions } from './sessions.ts'
import { newToken } from './tokens.ts'

interface Dependencies {
  users: Users
  settings: Settings
  sessions: Sessions
  credentials: Credentials
  captchas: Captchas
  codes: SmsCodes
}

/** Signing in and registering. */
export class Login {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Signs in with username and password; the session that the call came with, if any, is replaced.
   * @throws AppError missing_parameter, captcha_wrong, credentials_wrong, account_disabled
   */
  async check(call: Call, { username, password, captcha }: InputOf<typeof loginCheck>) {
    const { settings, credentials, sessions } = this.dependencies
    if (settings.on('login_captcha')) await this.#requireCaptcha(call.actor, 'login', captcha)
    const proven = await credentials.check(username, password)
    if (!proven) throw new AppError('credentials_wrong')
    const { uid, account_state } = proven.account
    if (account_state !== 'normal') throw new AppError('account_disabled')
    const token = await this.signIn(call, uid)
    if (await credentials.stillFits(password, proven)) return { uid, token }
    // The password was changed meanwhile, which ended all sessions but this one.
    await sessions.endToken(token)
    call.answer.setSession(undefined)
    throw new AppError('credentials_wrong')
  }

  /**
   * Starts a session and sets its cookie. The token is always a new one: whoever planted a token in a browser before
   * the sign-in holds nothing afterwards.
   */
  async signIn({ actor, answer }: Call, uid: number): Promise<string> {
    const { sessions } = this.dependencies
    const token = await sessions.start(uid, actor)
    if (actor.sessionId !== 0) await sessions.end(actor.uid, actor.sessionId)
    answer.setSession(token)
    return token
  }

  /** Draws a captcha, bound to the caller's cookie; a visitor without one gets it now. */
  async drawCaptcha({ actor, answer }: Call, purpose: CaptchaPurpose) {
    let token = actor.visitorToken
    if (token === '') {
      token = newToken('pv_')
      answer.setSession(token)
    }
    return { type: 'image/svg+xml', body: await this.dependencies.captchas.draw(purpose, token) }
  }

  /**
   * Registers an account. Where the site sends SMS for real, phone and code are needed; elsewhere a phone is kept only
   * when a code proves it. The code is asked last, so that a taken username does not use it up. Who registers gets a
   * session's token, so that an app need not ask for the password again; the cookie stays as it is, because the document's
   * clients go to their sign-in page.
   * @throws AppError registration_off, missing_parameter, captcha_wrong, username_invalid, username_taken,
   *   sms_code_wrong, phone_taken
   */
  async join({ actor }: Call, input: InputOf<typeof loginJoin>): Promise<{ uid: number; token?: string }> {
    const { users, settings, sessions } = this.dependencies
    if (!settings.on('register')) throw new AppError('registration_off')
    if (settings.on('register_captcha')) await this.#requireCaptcha(actor, 'join', input.captcha)
    const { username, nickname, password, sign = '' } = input
    if (!USERNAME_PATTERN.test(username)) throw new AppError('username_invalid')
    if (await users.findByUsername(username)) throw new AppError('username_taken')
    const phone = await this.#provenPhone(input)
    const password_hash = await hashPassword(password)
    const account: Account = await users.create({ username, nickname, sign, phone, password_hash })
    const { uid } = account
    return actor.kind === 'server' ? { uid } : { uid, token: await sessions.start(uid, actor) }
  }

  /** The phone that the code proves; '' when the site demands none and none is proven. */
  async #provenPhone({ phone, code }: InputOf<typeof loginJoin>): Promise<string> {
    const { codes } = this.dependencies
    if (codes.required && !phone) throw new AppError('missing_parameter', { name: 'phone' })
    if (codes.required && !code) throw new AppError('missing_parameter', { name: 'code' })
    if (!phone || !code) return ''
    if (!(await codes.check(phone, 'register', code))) throw new AppError('sms_code_wrong')
    return phone
  }

  /** A server key stands for a site that has its own ways against robots, and has no cookie to bind a captcha to. */
  async #requireCaptcha(actor: Actor, purpose: CaptchaPurpose, answer: string | undefined): Promise<void> {
    if (actor.kind === 'server') return
    if (!answer) throw new AppError('missing_parameter', { name: 'captcha' })
    const right = await this.dependencies.captchas.check(purpose, actor.visitorToken, answer)
    if (!right) throw new AppError('captcha_wrong')
  }
}
