export { uploadName } from './names.ts'
export { uploadOperations } from './operations.ts'
