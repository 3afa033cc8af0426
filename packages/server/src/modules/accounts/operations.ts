import {
  AppError,
  loginCheck,
  loginEnd,
  loginJoin,
  loginJoinCaptcha,
  loginLoginCaptcha,
  loginLogout,
  loginSessions,
  serviceForgetPass,
  userUpdatePassword,
} from '@parley/contract'
import { toSeconds } from '../../clock.ts'
import { implement, type Operation } from '../../operation.ts'
import type { SmsCodes } from '../sms/index.ts'
import type { Users } from '../users/index.ts'
import type { Credentials } from './credentials.ts'
import type { Login } from './login.ts'
import type { Sessions } from './sessions.ts'

interface Services {
  users: Users
  sessions: Sessions
  credentials: Credentials
  login: Login
  codes: SmsCodes
}

/** Signing in and out, registering, the list of devices, and passwords. */
export function accountOperations(services: Services): Operation[] {
  return [...loginOperations(services), ...sessionOperations(services), ...passwordOperations(services)]
}

function loginOperations({ login, sessions }: Services): Operation[] {
  return [
    implement(loginCheck, (call, input) => login.check(call, input)),
    implement(loginLoginCaptcha, (call) => login.drawCaptcha(call, 'login')),
    implement(loginJoinCaptcha, (call) => login.drawCaptcha(call, 'join')),
    implement(loginJoin, (call, input) => login.join(call, input)),

    implement(loginLogout, async ({ actor, answer }, { logout_uid }) => {
      if (actor.kind === 'server') return
      if (actor.kind === 'user') {
        if (logout_uid !== undefined && logout_uid !== actor.uid) throw new AppError('illegal_parameter')
        await sessions.end(actor.uid, actor.sessionId)
      }
      answer.setSession(undefined)
    }),
  ]
}

function sessionOperations({ sessions }: Services): Operation[] {
  return [
    implement(loginSessions, async ({ actor }) =>
      (await sessions.list(actor.uid)).map((session) => ({
        id: session.id,
        device: session.device,
        address: session.address,
        timestamp: toSeconds(session.created_at),
        last_seen: toSeconds(session.seen_at),
        current: session.id === actor.sessionId ? 1 : 0,
      })),
    ),

    implement(loginEnd, async ({ actor, answer }, { id }) => {
      if (!(await sessions.end(actor.uid, id))) throw new AppError('record_not_found')
      if (id === actor.sessionId) answer.setSession(undefined)
    }),
  ]
}

function passwordOperations({ users, credentials, codes }: Services): Operation[] {
  return [
    implement(userUpdatePassword, async ({ actor }, { password1, password2, password_old, code }) => {
      if (password1 !== password2) throw new AppError('passwords_differ')
      const account = await users.requireActive(actor.uid)
      const needsCode = codes.required && account.phone !== ''
      if (needsCode && !code) throw new AppError('missing_parameter', { name: 'code' })
      const checked = await credentials.require(account, password_old)
      if (needsCode && !(await codes.check(account.phone, 'retrieve', code!)))
        throw new AppError('sms_code_wrong')
      await credentials.replace(account.uid, checked, password1, actor.sessionId)
    }),

    implement(serviceForgetPass, async (_, { phone, code, username, newpass }) => {
      const account = await users.findByUsername(username)
      const fits = account !== undefined && account.phone === phone
      // A wrong pair costs a try as well and gets the same answer: nothing here tells who has which phone.
      const right = await codes.check(phone, 'forget', fits ? code : '')
      if (!fits || !right) throw new AppError('sms_code_wrong')
      if (account.account_state !== 'normal') throw new AppError('account_disabled')
      await credentials.set(account.uid, newpass)
    }),
  ]
}
