export { uploadOperations } from './operations.ts'
