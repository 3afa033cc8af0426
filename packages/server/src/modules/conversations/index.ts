export { Conversations, type Standing } from './conversations.ts'
export { type MessageLabels, type Publish, post } from './posting.ts'
export {
  addressOf,
  type ChatAddress,
  furthestRead,
  isHidden,
  type ReadMove,
  type View,
  type ViewChange,
} from './views.ts'
export { afterCleared, DELETED, notHiddenFrom, REVOKED } from './visibility.ts'
