import {
  AppError,
  friendAdd,
  friendAgree,
  friendApply,
  friendApplyCount,
  friendApplyDetail,
  friendApplyList,
  friendDelete,
  friendGetList,
  friendGetTempList,
  friendRefuse,
  friendRemark,
  friendUpdate,
  type LocalText,
} from '@parley/contract'
import { implement, type Operation } from '../../operation.ts'
import type { Conversations } from '../conversations/index.ts'
import type { Users } from '../users/index.ts'
import { changeFriendChat } from './chats.ts'
import type { Friends } from './friends.ts'
import type { FriendRequests } from './requests.ts'

const ALREADY_FRIENDS: LocalText = { zh: '已经是好友', en: 'You are friends already' }
const ALREADY_DONE: LocalText = { zh: '已经操作成功', en: 'This was done already' }

/** What the friend operations are made of. */
export interface FriendOperationParts {
  friends: Friends
  requests: FriendRequests
  users: Users
  conversations: Conversations
}

/** `friend/*`. */
export function friendOperations(parts: FriendOperationParts): Operation[] {
  return [...requestOperations(parts), ...friendshipOperations(parts)]
}

function requestOperations({ friends, requests }: FriendOperationParts): Operation[] {
  return [
    implement(friendApply, async ({ actor, answer }, { friend_uid, postscript }) => {
      const asked = await requests.apply(actor.uid, friend_uid, postscript)
      if (!asked) answer.say(ALREADY_FRIENDS)
    }),

    implement(friendAgree, async ({ actor, answer }, { nid }) => {
      const agreed = await requests.agree(actor.uid, nid)
      if (!agreed) answer.say(ALREADY_DONE)
    }),

    implement(friendRefuse, async ({ actor, answer }, { nid }) => {
      const refused = await requests.refuse(actor.uid, nid)
      if (!refused) answer.say(ALREADY_DONE)
    }),

    implement(friendApplyList, ({ actor }, { limit }) => requests.list(actor.uid, limit)),
    implement(friendApplyCount, ({ actor }) => friends.pendingRequests(actor.uid)),
    implement(friendApplyDetail, ({ actor }, { nid }) => requests.detail(actor.uid, nid)),
  ]
}

function friendshipOperations(parts: FriendOperationParts): Operation[] {
  const { friends } = parts
  return [
    implement(friendAdd, async ({ actor, answer }, { friend_uid }) => {
      if (actor.uid === 0) throw new AppError('missing_parameter', { name: 'login_uid' })
      const connected = await friends.befriend(actor.uid, friend_uid)
      if (connected === 'already') answer.say(ALREADY_FRIENDS)
    }),

    implement(friendRemark, ({ actor }, { friend_uid, remark }) =>
      friends.setRemark(actor.uid, friend_uid, remark),
    ),
    implement(friendGetList, ({ actor }) => friends.tree(actor.uid)),
    implement(friendGetTempList, ({ actor }) => friends.temporaryTree(actor.uid)),
    implement(friendDelete, ({ actor }, { friend_uid }) => friends.part(actor.uid, friend_uid)),

    implement(friendUpdate, ({ actor }, { friend_uid, ...change }) =>
      changeFriendChat(parts, actor.uid, friend_uid, change),
    ),
  ]
}
