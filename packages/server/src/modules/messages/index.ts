import { ChatState } from './chat-state.ts'
import { Chats } from './chats.ts'
import { History } from './history.ts'
import { messageOperations } from './operations.ts'
import { Quotes } from './quotes.ts'
import { Removal } from './removal.ts'
import { Sending, type SendingDependencies } from './sending.ts'

export { Chats } from './chats.ts'

/** Puts the parts of the messages module together. */
export function createMessages(dependencies: Omit<SendingDependencies, 'quotes'>) {
  const chats = new Chats(dependencies)
  const quotes = new Quotes(dependencies.db)
  const sending = new Sending({ ...dependencies, quotes })
  const history = new History({ ...dependencies, chats, quotes })
  const removal = new Removal({ ...dependencies, chats })
  const state = new ChatState(dependencies)
  const { conversations, users } = dependencies
  conversations.onRead((move) => state.tellRead(move))
  conversations.onArranged((view) => state.tellArranged(view))
  return {
    chats,
    sending,
    operations: messageOperations({ sending, history, removal, state, chats, conversations, users }),
  }
}
