import { AppError, serviceSendSms, userSendSmsPass } from '@parley/contract'
import { log } from '../../log.ts'
import { implement, type Operation } from '../../operation.ts'
import type { Database } from '../../storage/index.ts'
import type { Settings } from '../settings/index.ts'
import type { SmsCodes } from './codes.ts'

interface Services {
  db: Database
  users: {
    /** @throws AppError account_disabled */
    requireActive(uid: number): Promise<{ readonly phone: string }>
  }
  settings: Settings
  codes: SmsCodes
}

/** The operations that send codes. Using them is the business of modules/accounts. */
export function smsOperations({ db, users, settings, codes }: Services): Operation[] {
  return [
    implement(serviceSendSms, async (_, { phone, type }) => {
      if (type === 'register') {
        if (!settings.on('register')) throw new AppError('registration_off')
        // Also to a phone that has an account: only its owner, who then holds the code, is told so when joining.
        await codes.send(phone, type)
        return
      }
      // Not waited for: neither the answer nor its time tells whether somebody has this phone.
      void sendIfKnown(db, codes, phone)
    }),

    implement(userSendSmsPass, async ({ actor }, { phone, type }) => {
      const account = await users.requireActive(actor.uid)
      if (phone !== account.phone) throw new AppError('illegal_parameter')
      await codes.send(phone, type)
    }),
  ]
}

async function sendIfKnown(db: Database, codes: SmsCodes, phone: string): Promise<void> {
  try {
    const account = await db.read
      .selectFrom('user')
      .select('uid')
      .where('phone', '=', phone)
      .where('phone', '<>', '')
      .executeTakeFirst()
    if (account) await codes.send(phone, 'forget')
  } catch (error) {
    if (!(error instanceof AppError)) log.error({ error: String(error) }, 'sms_failed')
  }
}
