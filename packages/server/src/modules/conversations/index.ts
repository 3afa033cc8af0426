export { type ChatAddress, Conversations, type Standing, type ViewChange } from './conversations.ts'
export { type MessageLabels, type Publish, post } from './posting.ts'
export { DELETED, notHiddenFrom, REVOKED } from './visibility.ts'
