export { replyOperations } from './operations.ts'
export { Replies } from './replies.ts'
