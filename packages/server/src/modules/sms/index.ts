export { SmsCodes, type SmsPurpose } from './codes.ts'
export { createSmsDriver, type SmsDriver } from './drivers/index.ts'
export { smsOperations } from './operations.ts'
