export { ChatList } from './chat-list.ts'
export { popOperations } from './operations.ts'
