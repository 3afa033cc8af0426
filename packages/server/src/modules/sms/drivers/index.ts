import { AppError } from '@parley/contract'
import type { SmsConfig } from '../../../config.ts'
import { log } from '../../../log.ts'
import { createAliyunDriver } from './aliyun.ts'
import { maskPhone, type SmsDriver, SmsFailure } from './driver.ts'
import { createLogDriver } from './log.ts'
import { createTencentDriver } from './tencent.ts'
import { createWebhookDriver } from './webhook.ts'

export type { SmsDriver, SmsMessage } from './driver.ts'

function open(config: SmsConfig): SmsDriver {
  switch (config.driver) {
    case 'log':
      return createLogDriver()
    case 'webhook':
      return createWebhookDriver(config.url)
    case 'aliyun':
      return createAliyunDriver(config)
    case 'tencent':
      return createTencentDriver(config)
  }
}

/**
 * The driver that `SMS_DRIVER` names. Each message leaves one line in the log, without the code and with the number
 * masked.
 *
 * @returns a driver whose `send` throws AppError `sms_failed` (cause: {@link SmsFailure}) when the message was not taken
 */
export function createSmsDriver(config: SmsConfig): SmsDriver {
  const driver = open(config)
  return {
    name: driver.name,
    real: driver.real,
    async send(message) {
      const about = { driver: driver.name, type: message.type, phone: maskPhone(message.phone) }
      try {
        await driver.send(message)
      } catch (error) {
        if (!(error instanceof SmsFailure)) throw error
        const { reason, providerCode, providerMessage } = error
        log.error({ ...about, reason, providerCode, providerMessage }, 'sms_failed')
        throw new AppError('sms_failed', {}, error)
      }
      log.info(about, 'sms_sent')
    },
  }
}
