import {
  AppError,
  messageAround,
  messageDelete,
  messageGet,
  messageReadState,
  messageRevoke,
  messageSend,
  messageSince,
  messageUnreadCount,
  messageUpdateLastReadTime,
  unreadCount,
} from '@parley/contract'
import { implement, type Operation } from '../../operation.ts'
import type { Conversations } from '../conversations/index.ts'
import type { Users } from '../users/index.ts'
import type { ChatState } from './chat-state.ts'
import type { Chats } from './chats.ts'
import type { History } from './history.ts'
import type { Removal } from './removal.ts'
import type { Sending } from './sending.ts'

interface Services {
  sending: Sending
  history: History
  removal: Removal
  state: ChatState
  chats: Chats
  conversations: Conversations
  users: Users
}

/** The operations under `message/`. */
export function messageOperations({
  sending,
  history,
  removal,
  state,
  chats,
  conversations,
  users,
}: Services): Operation[] {
  return [
    implement(messageSend, async ({ actor }, input) => {
      const { mid, seq } = await sending.send(actor.uid, input)
      return { mid, seq }
    }),

    implement(messageGet, ({ actor }, { limit, mid, peek, ...address }) =>
      history.page(actor.uid, address, { limit, mid, peek: peek === 1 }),
    ),

    implement(messageSince, ({ actor }, { seq, limit, ...address }) =>
      history.since(actor.uid, address, { seq, limit }),
    ),

    implement(messageAround, ({ actor }, { mid, limit, ...address }) =>
      history.around(actor.uid, address, { mid, limit }),
    ),

    implement(messageReadState, async ({ actor }, { id }) => ({
      seq: await state.readByOther(actor.uid, id),
    })),

    implement(messageRevoke, ({ actor }, { mid, ...address }) => removal.revoke(actor.uid, address, mid)),

    implement(messageDelete, ({ actor }, { mid, ty, ...address }) =>
      ty === 1 ? removal.deleteForMe(actor.uid, address, mid) : removal.deleteForAll(actor.uid, address, mid),
    ),

    implement(messageUnreadCount, async ({ actor }, address) =>
      unreadCount(await history.unread(actor.uid, address)),
    ),

    implement(messageUpdateLastReadTime, async ({ actor }, address) => {
      if (address.type === 'friend' && address.id === actor.uid) throw new AppError('illegal_parameter')
      await users.requireActive(actor.uid)
      const chat = await chats.own(actor.uid, address)
      if (chat) await conversations.markRead(chat.conversationId, actor.uid)
    }),
  ]
}
