export { Administrators } from './administrators.ts'
export { adminOperations } from './operations.ts'
export { Setup } from './setup.ts'
