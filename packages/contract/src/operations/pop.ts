import { z } from 'zod'
import { chatType, id, integerOr, nothing, optionalFlag, textOrAbsent } from '../fields.ts'
import { declare } from '../operation.ts'
import {
  ChatEntry,
  ChatSettings,
  ChatView,
  ContactTree,
  GroupEntry,
  Mine,
  PublicSettings,
  seconds,
  WaitingChat,
} from '../shapes.ts'

/** Everything a client needs to start: the user, address book, groups, chats and settings. */
export const popGet = declare({
  path: 'pop/get',
  method: 'GET',
  allow: 'user',
  tag: 'pop',
  summary: { zh: '获取当前登录用户的主页信息', en: 'Get everything for the start page' },
  input: z.object({}),
  output: z.object({
    mine: Mine,
    friend: ContactTree,
    group: z.array(GroupEntry),
    /** By `friend{uid}` or `group{gid}`. */
    chatting: z.record(z.string(), ChatEntry),
    setting: ChatSettings,
    /** Parley: the server's clock: what is allowed for a time only ends by it. */
    timestamp: seconds,
  }),
})

/**
 * The list of chats in pages, in the order of `pop/get`: pinned ones on top, then by their newest message. New messages
 * meanwhile put no chat on two pages; a chat that moves to the top before its page is on none.
 */
export const popChats = declare({
  path: 'pop/chats',
  method: 'GET',
  allow: 'user',
  tag: 'pop',
  summary: { zh: '分页获取对话列表', en: 'Get the list of chats in pages' },
  input: z.object({
    limit: integerOr(1, 100, 30),
    /** `next_cursor` of the page before; missing or empty for the first page. */
    cursor: textOrAbsent(100),
  }),
  output: z.object({
    list: z.array(ChatEntry),
    /** Empty when there are no more. */
    next_cursor: z.string(),
  }),
})

/**
 * One chat as the caller has it, wherever it stands in the list, also while it is hidden. With a person to whom nobody has
 * spoken yet: an empty one.
 */
export const popChat = declare({
  path: 'pop/chat',
  method: 'GET',
  allow: 'user',
  tag: 'pop',
  summary: { zh: '获取一个对话', en: 'Get one chat' },
  input: z.object({ id: id(), type: chatType() }),
  output: ChatView,
})

/**
 * The caller's temporary chats in which somebody waits: not a friend, who wrote since the caller last answered (automatic
 * answers count for nothing), and neither a sub-user of theirs nor their parent. Those who wait longest come first. For
 * members alone.
 */
export const popWaiting = declare({
  path: 'pop/waiting',
  method: 'GET',
  allow: 'user',
  tag: 'pop',
  summary: { zh: '获取等待回复的临时会话（会员专有）', en: 'List who waits for an answer (members only)' },
  input: z.object({ limit: integerOr(1, 100, 100) }),
  output: z.array(WaitingChat),
})

/**
 * Hides a chat from the list until its next message; with `clear` (Parley's own) everything that is in it now is gone for
 * the caller, too, and for nobody else. Pushes `chatUpdate`.
 */
export const popDelChat = declare({
  path: 'pop/delchat',
  method: 'POST',
  allow: 'user',
  tag: 'pop',
  summary: { zh: '删除对话', en: 'Remove a chat from the list' },
  input: z.object({ id: id(), type: chatType(), clear: optionalFlag() }),
  output: nothing(),
})

/** The public settings of the site. */
export const popGetSetting = declare({
  path: 'pop/getsetting',
  method: 'GET',
  allow: 'public',
  tag: 'pop',
  summary: { zh: '获取系统配置', en: 'Get the public settings' },
  input: z.object({}),
  output: PublicSettings,
})
