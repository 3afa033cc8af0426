export { Invites } from './invites.ts'
export { qrcodeOperations } from './operations.ts'
