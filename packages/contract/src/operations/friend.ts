import { z } from 'zod'
import {
  atLeastOne,
  chatState,
  id,
  integerOr,
  nothing,
  optionalFlag,
  optionalInteger,
  optionalSeconds,
  optionalText,
  text,
} from '../fields.ts'
import { declare } from '../operation.ts'
import { ContactTree, FriendRequestRow } from '../shapes.ts'

/** Asks somebody to be friends. Pushes `friendApply`. Already friends: a soft success. */
export const friendApply = declare({
  path: 'friend/apply',
  method: 'POST',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '发起好友申请', en: 'Send a friend request' },
  input: z.object({ friend_uid: id(), postscript: optionalText(255) }),
  output: nothing(),
  rate: { name: 'apply', by: ['user'] },
})

/** Accepts a friend request. Pushes `addFriend` to both and sends a greeting. */
export const friendAgree = declare({
  path: 'friend/agree',
  method: 'POST',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '同意好友申请', en: 'Accept a friend request' },
  input: z.object({ nid: id() }),
  output: nothing(),
})

/** Declines a friend request. */
export const friendRefuse = declare({
  path: 'friend/refuse',
  method: 'POST',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '拒绝好友申请', en: 'Decline a friend request' },
  input: z.object({ nid: id() }),
  output: nothing(),
})

/** Makes two users friends without asking them (`login_uid` and `friend_uid`): only a site's backend may. */
export const friendAdd = declare({
  path: 'friend/add',
  method: 'POST',
  allow: 'server',
  tag: 'friend',
  summary: { zh: '加好友（无需对方同意）', en: 'Make two users friends' },
  input: z.object({ friend_uid: id() }),
  output: nothing(),
})

/** Sets the caller's own name for a friend; empty removes it. Pushes `remark` to the caller's devices. */
export const friendRemark = declare({
  path: 'friend/remark',
  method: 'POST',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '设置好友备注', en: 'Set a friend’s remark' },
  // Its limit is 255 bytes and has its own error, so the handler checks it.
  input: z.object({ friend_uid: id(), remark: text(0, 2000) }),
  output: nothing(),
})

/** The friend requests that the caller received, newest first. */
export const friendApplyList = declare({
  path: 'friend/applylist',
  method: 'GET',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '获取好友申请列表', en: 'List the friend requests' },
  input: z.object({ limit: integerOr(1, 500, 500) }),
  output: z.array(FriendRequestRow),
})

/** The address book, arranged by first letter. */
export const friendGetList = declare({
  path: 'friend/getlist',
  method: 'GET',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '获取好友列表（通讯录）', en: 'Get the address book' },
  input: z.object({}),
  output: ContactTree,
})

/** People with whom the caller has a chat without being friends, arranged like the address book. */
export const friendGetTempList = declare({
  path: 'friend/get_temp_list',
  method: 'GET',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '获取临时会话列表', en: 'List the temporary chats' },
  input: z.object({}),
  output: ContactTree,
})

/** How many friend requests wait for an answer. */
export const friendApplyCount = declare({
  path: 'friend/applycount',
  method: 'GET',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '获取未处理好友申请数', en: 'Count the open friend requests' },
  input: z.object({}),
  output: z.int(),
})

/** One friend request that the caller received; `{}` when there is none. */
export const friendApplyDetail = declare({
  path: 'friend/applydetail',
  method: 'GET',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '获取好友申请详情', en: 'Get a friend request' },
  input: z.object({ nid: id() }),
  output: z.union([FriendRequestRow.extend({ username: z.string() }), z.strictObject({})]),
})

/** Ends a friendship on both sides. Messages stay. Pushes `removeFriend` to the other. */
export const friendDelete = declare({
  path: 'friend/delete',
  method: 'POST',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '删除好友', en: 'Remove a friend' },
  input: z.object({ friend_uid: id() }),
  output: nothing(),
})

/**
 * Changes the caller's view of the chat with a friend, or with anybody they have a chat with. `muted` is Parley's own.
 * Pushes `chatUpdate` and `read` to the caller's devices.
 */
export const friendUpdate = declare({
  path: 'friend/update',
  method: 'POST',
  allow: 'user',
  tag: 'friend',
  summary: { zh: '更新好友信息', en: 'Update the chat with a friend' },
  input: atLeastOne(
    z.object({
      friend_uid: id(),
      state: chatState().optional(),
      last_read_time: optionalSeconds(),
      unread_count: optionalInteger(0, 1_000_000),
      top: optionalFlag(),
      muted: optionalFlag(),
    }),
    ['state', 'last_read_time', 'unread_count', 'top', 'muted'],
  ),
  output: nothing(),
})
