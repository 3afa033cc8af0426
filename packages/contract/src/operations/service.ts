import { z } from 'zod'
import { newPassword, nothing, phone, smsCode, username } from '../fields.ts'
import { declare } from '../operation.ts'

/** Sends an SMS code for registering or for a forgotten password. */
export const serviceSendSms = declare({
  path: 'service/send_sms',
  method: 'POST',
  allow: 'public',
  tag: 'service',
  summary: {
    zh: '发送短信验证码（注册、忘记密码）',
    en: 'Send an SMS code (registration, forgotten password)',
  },
  input: z.object({ phone: phone(), type: z.enum(['register', 'forget']) }),
  output: nothing(),
  rate: { name: 'sms', by: ['address', 'field:phone'] },
})

/** Sets a new password with the code of an SMS. Phone and username must belong to the same account. */
export const serviceForgetPass = declare({
  path: 'service/forget_pass',
  method: 'POST',
  allow: 'public',
  tag: 'service',
  summary: { zh: '忘记密码', en: 'Reset a forgotten password' },
  input: z.object({ phone: phone(), code: smsCode(), username: username(), newpass: newPassword() }),
  output: nothing(),
  rate: { name: 'login', by: ['address', 'field:username'] },
})
