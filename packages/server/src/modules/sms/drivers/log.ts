import { log } from '../../../log.ts'
import type { SmsDriver } from './driver.ts'

/**
 * Sends nothing. A developer reads the code in the log, which shows it at `LOG_LEVEL=debug` only.
 */
export function createLogDriver(): SmsDriver {
  return {
    name: 'log',
    real: false,
    async send({ phone, code, type }) {
      // Not a field called `code`: the logger blanks those.
      log.debug({ phone, type, digits: code }, 'sms_code')
    },
  }
}
