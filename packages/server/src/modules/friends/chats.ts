import { AppError, type friendUpdate, type InputOf } from '@parley/contract'
import type { Conversations } from '../conversations/index.ts'
import type { Users } from '../users/index.ts'
import type { Friends } from './friends.ts'

/** What a user changes of their view of a chat; absent fields stay. `last_read_time` is in Unix seconds. */
export type FriendChatChange = Omit<InputOf<typeof friendUpdate>, 'friend_uid'>

interface Dependencies {
  users: Users
  friends: Friends
  conversations: Conversations
}

/**
 * Changes the caller's view of the chat with a friend, or with anybody they have a chat with (`friend/update`).
 * @throws AppError illegal_parameter (oneself), account_disabled, user_not_found, record_not_found (neither a friend
 * nor a chat)
 */
export async function changeFriendChat(
  { users, friends, conversations }: Dependencies,
  uid: number,
  friendUid: number,
  change: FriendChatChange,
): Promise<void> {
  if (uid === friendUid) throw new AppError('illegal_parameter')
  await users.requireActive(uid)
  await users.require(friendUid)
  const areFriends = await friends.are(uid, friendUid)
  const chat = areFriends
    ? await conversations.ensureDirect(uid, friendUid)
    : await conversations.direct(uid, friendUid)
  if (chat === undefined) throw new AppError('record_not_found')

  const { state, last_read_time, unread_count, top, muted } = change
  await conversations.changeView(chat, uid, {
    ...(state === undefined ? {} : { hidden: state === 'hidden' }),
    ...(top === undefined ? {} : { pinned: top }),
    ...(muted === undefined ? {} : { muted }),
  })
  // A client knows whole seconds only: what was sent within that second counts as read.
  if (last_read_time !== undefined) await conversations.setReadTime(chat, uid, last_read_time * 1000 + 999)
  if (unread_count !== undefined) await conversations.setUnread(chat, uid, unread_count)
}
