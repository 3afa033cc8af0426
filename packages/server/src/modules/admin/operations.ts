import { adminSetSettings, adminSettings, adminSetup } from '@parley/contract'
import { implement, type Operation } from '../../operation.ts'
import type { Login } from '../accounts/index.ts'
import type { Settings } from '../settings/index.ts'
import type { Setup } from './setup.ts'

interface Services {
  settings: Settings
  setup: Setup
  login: Login
}

/** What administrators do, and how the first of them comes to be. */
export function adminOperations({ settings, setup, login }: Services): Operation[] {
  return [
    implement(adminSetup, async (call, { token, ...person }) => {
      const { uid } = await setup.redeem(token, person)
      return { uid, token: await login.signIn(call, uid) }
    }),

    implement(adminSettings, () => settings.all()),

    implement(adminSetSettings, async ({ actor }, values) => {
      await settings.change(values, actor.origin)
      return settings.all()
    }),
  ]
}
