import { AppError, popChat, popChats, popDelChat, popGet, popWaiting } from '@parley/contract'
import { type Clock, toSeconds } from '../../clock.ts'
import { implement, type Operation } from '../../operation.ts'
import type { Conversations } from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import type { Groups } from '../groups/index.ts'
import type { Chats } from '../messages/index.ts'
import type { Settings } from '../settings/index.ts'
import { pictureOf, type Users } from '../users/index.ts'
import type { ChatList } from './chat-list.ts'

interface Services {
  users: Users
  friends: Friends
  groups: Groups
  chats: Chats
  chatList: ChatList
  conversations: Conversations
  settings: Settings
  clock: Clock
}

/** The operations under `pop/` that belong to a user. */
export function popOperations(services: Services): Operation[] {
  const { users, friends, groups, chats, chatList, conversations, settings, clock } = services
  return [
    implement(popGet, async ({ actor }) => {
      const mine = await users.require(actor.uid)
      const [requests, friend, group, chatting] = await Promise.all([
        friends.pendingRequests(actor.uid),
        friends.tree(actor.uid),
        groups.listFor(actor.uid),
        chatList.entries(actor.uid),
      ])
      return {
        mine: {
          uid: mine.uid,
          username: mine.username,
          sign: mine.sign,
          nickname: mine.nickname,
          avatar: pictureOf(mine),
          unread_friend_apply_count: requests,
          nid: mine.nid,
          is_member: mine.is_member ? 1 : 0,
          is_admin: mine.is_admin ? 1 : 0,
        },
        friend,
        group,
        chatting,
        setting: settings.forChats(actor.origin),
        timestamp: toSeconds(clock()),
      }
    }),

    implement(popChats, async ({ actor }, page) => {
      await users.require(actor.uid)
      return chatList.page(actor.uid, page)
    }),

    implement(popChat, async ({ actor }, address) => {
      await users.require(actor.uid)
      if (address.type === 'friend') await users.require(address.id)
      const chat = await chats.own(actor.uid, address)
      const view = chat && (await chatList.view(actor.uid, chat.conversationId))
      return view ?? chatList.unbegun(actor.uid, address.id)
    }),

    implement(popWaiting, async ({ actor }, { limit }) => {
      const member = await users.requireActive(actor.uid)
      if (member.is_member !== 1) throw new AppError('forbidden')
      return chatList.waiting(member, limit)
    }),

    implement(popDelChat, async ({ actor }, { clear, ...address }) => {
      if ((await users.require(actor.uid)).account_state !== 'normal') throw new AppError('account_disabled')
      const chat = await chats.own(actor.uid, address)
      if (!chat) return
      await conversations.changeView(chat.conversationId, actor.uid, {
        hidden: true,
        ...(clear === 1 ? { cleared: true } : {}),
      })
    }),
  ]
}
