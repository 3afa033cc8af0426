export { pushOperations } from './operations.ts'
