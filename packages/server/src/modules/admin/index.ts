export { Administrators, type NewAdministrator } from './administrators.ts'
export { adminOperations } from './operations.ts'
export { Setup } from './setup.ts'
