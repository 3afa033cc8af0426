export { type ChatAddress, Conversations, type Standing, type ViewChange } from './conversations.ts'
export { type MessageLabels, type Publish, post } from './posting.ts'
export { notHiddenFrom } from './visibility.ts'
