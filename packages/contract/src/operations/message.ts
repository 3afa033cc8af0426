import { z } from 'zod'
import {
  chatType,
  ID_MAX,
  id,
  integer,
  integerOr,
  nothing,
  optionalFlag,
  optionalId,
  text,
  textOrAbsent,
} from '../fields.ts'
import { declare } from '../operation.ts'
import { MessageRow, MessagesAround, MissedMessages, UnreadCount } from '../shapes.ts'

/**
 * Sends a message to a user or a group. A retry with the same `uniqueId` answers with the first one's `mid`.
 * Pushes `message`.
 */
export const messageSend = declare({
  path: 'message/send',
  method: 'POST',
  allow: 'user',
  tag: 'message',
  summary: { zh: '发送消息', en: 'Send a message' },
  input: z.object({
    to: id(),
    type: chatType(),
    // Empty text has its own error, and the real limit is the setting `message_limit`.
    content: text(0, 100_000),
    quote_mid: optionalId(),
    uniqueId: textOrAbsent(64),
  }),
  output: z.object({
    mid: z.int(),
    /** Parley: place in the conversation, without gaps. */
    seq: z.int(),
  }),
  rate: { name: 'send', by: ['user'] },
})

/**
 * A page of a conversation in ascending order: the newest, or those before `mid`. Marks it as read and pushes `read`,
 * unless `peek` is 1: for a client that looks ahead or shows history in the background.
 */
export const messageGet = declare({
  path: 'message/get',
  method: 'GET',
  allow: 'user',
  tag: 'message',
  summary: { zh: '获得消息历史记录', en: 'Get the history of a chat' },
  input: z.object({
    id: id(),
    type: chatType(),
    limit: integerOr(1, 100, 20),
    mid: optionalId(),
    /** Parley. */
    peek: optionalFlag(),
  }),
  output: z.array(MessageRow),
})

/**
 * What came after `seq` in a chat, in ascending order, for a client that was away. Marks nothing as read. A page ends
 * early when its messages are long.
 */
export const messageSince = declare({
  path: 'message/since',
  method: 'GET',
  allow: 'user',
  tag: 'message',
  summary: { zh: '按 seq 补齐错过的消息', en: 'Get the messages that were missed' },
  input: z.object({
    id: id(),
    type: chatType(),
    /** The client has seen everything up to here; 0 for nothing. */
    seq: integer(0, ID_MAX),
    limit: integerOr(1, 500, 100),
  }),
  output: MissedMessages,
})

/**
 * The part of a chat's history around a message, in ascending order, for a client that jumps to it: half of `limit`
 * before it, half from it on. Marks nothing as read. A page is shorter when its messages are long.
 */
export const messageAround = declare({
  path: 'message/around',
  method: 'GET',
  allow: 'user',
  tag: 'message',
  summary: { zh: '获得某条消息前后的历史记录', en: 'Get the history around a message' },
  input: z.object({ id: id(), type: chatType(), mid: id(), limit: integerOr(1, 200, 50) }),
  output: MessagesAround,
})

/**
 * How far the other person of a one-to-one chat has read: the `seq` of the last message; 0 when that is unknown or one
 * of the two has switched read positions off.
 */
export const messageReadState = declare({
  path: 'message/readstate',
  method: 'GET',
  allow: 'user',
  tag: 'message',
  summary: { zh: '获得对方的已读位置', en: 'Ask how far the other person has read' },
  input: z.object({ id: id(), type: z.enum(['friend']) }),
  output: z.object({ seq: z.int() }),
})

/** Takes a message back: it becomes a notice. Pushes `revoke`. */
export const messageRevoke = declare({
  path: 'message/revoke',
  method: 'POST',
  allow: 'user',
  tag: 'message',
  summary: { zh: '撤回消息', en: 'Revoke a message' },
  input: z.object({ id: id(), type: chatType(), mid: id() }),
  output: nothing(),
})

/** Deletes a message for the caller (`ty` 1) or for everybody (`ty` 2). Pushes `message_delete`. */
export const messageDelete = declare({
  path: 'message/delete',
  method: 'POST',
  allow: 'user',
  tag: 'message',
  summary: { zh: '删除消息', en: 'Delete a message' },
  input: z.object({ id: id(), type: chatType(), mid: id(), ty: integer(1, 2) }),
  output: nothing(),
})

/** How many messages of a chat the caller has not read. */
export const messageUnreadCount = declare({
  path: 'message/unreadcount',
  method: 'GET',
  allow: 'user',
  tag: 'message',
  summary: { zh: '获得与某用户或群的未读消息数', en: 'Count the unread messages of a chat' },
  input: z.object({ id: id(), type: chatType() }),
  output: UnreadCount,
})

/** Marks a chat as read up to now. Pushes `read`. */
export const messageUpdateLastReadTime = declare({
  path: 'message/updateLastReadTime',
  method: 'POST',
  allow: 'user',
  tag: 'message',
  summary: { zh: '更新消息最后读取时间', en: 'Mark a chat as read' },
  input: z.object({ id: id(), type: chatType() }),
  output: nothing(),
})
