export { Drafts } from './drafts.ts'
export { draftOperations } from './operations.ts'
