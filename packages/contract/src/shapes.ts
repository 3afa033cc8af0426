import { z } from 'zod'
import { PUBLIC_SETTINGS, type PublicSettingName } from './settings.ts'

/*
 * What travels in answers and pushes. Types as in the document's samples, quirks included: `from` and `to` of a
 * message are text, `mid` is a number, times are Unix seconds, flags are 0 or 1. Fields marked "Parley" are additions.
 */

const uid = z.int()
export const seconds = z.int()

/** A flag as it travels: the number 0 or 1. */
export const Bit = z.int().min(0).max(1)

export const Presence = z.enum(['online', 'offline'])
export const AccountState = z.enum(['normal', 'disabled'])
export const SubType = z.enum(['message', 'notice'])
export const GroupRole = z.enum(['owner', 'manager', 'member'])

/** An unread count: a number, or exactly `99+` when it is above 99. */
export const UnreadCount = z.union([z.int(), z.literal('99+')])
export type UnreadCount = z.infer<typeof UnreadCount>

/** The wire form of an unread count (protocol: plain numbers up to 99). */
export const unreadCount = (count: number): UnreadCount => (count > 99 ? '99+' : Math.max(0, count))

/** A row of `user/multiGet`. */
export const UserSummary = z.object({
  uid,
  username: z.string(),
  nickname: z.string(),
  sign: z.string(),
  avatar: z.string(),
  state: Presence,
  /** When they were last online; 0 for never. */
  logout_timestamp: seconds,
})
export type UserSummary = z.infer<typeof UserSummary>

/** `user/get`. `is_friend` and `remark` come only when the caller and `uid` are both known. */
export const UserDetail = UserSummary.extend({
  /** Public numeric id that people tell each other. */
  nid: z.int(),
  is_member: Bit,
  account_state: AccountState,
  is_friend: z.boolean().optional(),
  remark: z.string().optional(),
  /** Parley: one of the two opened the other's account (`user/open_user`): they talk without being friends. */
  is_family: z.literal(true).optional(),
  /** Parley: the caller has asked them to be friends, and they have not answered. */
  is_asked: z.literal(true).optional(),
  /** Parley: whether they hear and tell how far one-to-one chats are read. Only in the caller's own. */
  read_receipts: Bit.optional(),
})
export type UserDetail = z.infer<typeof UserDetail>

/** A person in the address book. `name` is the remark, or the nickname without one. */
export const Contact = z.object({
  uid,
  avatar: z.string(),
  state: Presence,
  name: z.string(),
  /** Parley: what they call themselves; `name` is that, or the remark. */
  nickname: z.string(),
  /** `A` to `Z`, or `#`. */
  initials: z.string(),
  is_member: Bit,
})
export type Contact = z.infer<typeof Contact>

/** The address book: letter → uid → person. Empty: `{}`. */
export const ContactTree = z.record(z.string(), z.record(z.string(), Contact))
export type ContactTree = z.infer<typeof ContactTree>

/** A friend request. `data` is JSON text: `{"postscript":"…"}`. */
export const FriendRequestRow = z.object({
  nid: z.int(),
  from: uid,
  to: uid,
  type: z.literal('add_friend'),
  data: z.string(),
  operation: z.enum(['not_operated', 'refuse', 'agree']),
  timestamp: seconds,
  nickname: z.string(),
  avatar: z.string(),
})
export type FriendRequestRow = z.infer<typeof FriendRequestRow>

/** A row of `message/get`. */
export const MessageRow = z.object({
  mid: z.int(),
  from: z.string(),
  avatar: z.string(),
  timestamp: seconds,
  content: z.string(),
  sub_type: SubType,
  /** 0 without a quote. */
  quote_mid: z.int(),
  quote_content: z.string(),
  /** Parley, with a quote: who wrote what is quoted; and in groups what they are called, as `name`. */
  quote_from: z.string().optional(),
  quote_name: z.string().optional(),
  /** In groups: the caller's remark for the sender, or the nickname. */
  name: z.string().optional(),
  /** Parley: place in the conversation, without gaps. */
  seq: z.int(),
  /** Parley: 1 for an automatic answer. */
  auto: Bit.optional(),
})
export type MessageRow = z.infer<typeof MessageRow>

/** Parley: a page of what a client has missed, in ascending order. */
export const MissedMessages = z.object({
  messages: z.array(MessageRow),
  /**
   * Everything up to here is in this answer or is not for the caller to see: the `seq` to ask with next time. Seqs
   * below it that the client does not have were deleted; they are no gap.
   */
  through_seq: z.int(),
  /** `seq` of the conversation's newest message. */
  last_seq: z.int(),
  /** 1 when there are messages after `through_seq`. */
  more: Bit,
})
export type MissedMessages = z.infer<typeof MissedMessages>

/** Parley: a part of the history around one message, in ascending order. */
export const MessagesAround = z.object({
  messages: z.array(MessageRow),
  /** 1 when there are older messages: `message/get` with the first one's `mid` goes on. */
  before: Bit,
  /** 1 when there are newer messages: `message/since` with the last one's `seq` goes on. */
  after: Bit,
})
export type MessagesAround = z.infer<typeof MessagesAround>

/** The last message of a chat in `pop/get`. */
export const ChatItem = z.object({
  mid: z.int(),
  from: z.string(),
  to: z.string(),
  content: z.string(),
  timestamp: seconds,
  sub_type: SubType,
  avatar: z.string(),
  /** In groups: the caller's remark for the sender, or the nickname. */
  name: z.string().optional(),
  quote_mid: z.int(),
  quote_content: z.string(),
  seq: z.int(),
  auto: Bit.optional(),
})
export type ChatItem = z.infer<typeof ChatItem>

/** A chat in the list of chats. */
export const ChatEntry = z.object({
  type: z.enum(['friend', 'group']),
  /** The other user's uid, or the gid. */
  id: z.int(),
  avatar: z.string(),
  name: z.string(),
  unread_count: UnreadCount,
  /** Parley: pinned to the top. */
  top: Bit,
  /** Parley: without sound or badge. */
  muted: Bit,
  /** Parley: `seq` of the newest message, shown or not: who has less of the chat asks `message/since`. */
  last_seq: z.int(),
  /** Parley: up to which `seq` the caller has read it. */
  read_seq: z.int(),
  /** Parley: the first unread message that mentions the caller; 0 for none. */
  mention_mid: z.int(),
  /** Only in groups, as the document shows: `/pop/group/chat/50`. */
  url: z.string().optional(),
  /** Only in groups, as the document shows: `group-50`. */
  key: z.string().optional(),
  /** The last message, or nothing. */
  items: z.array(ChatItem),
})
export type ChatEntry = z.infer<typeof ChatEntry>

/** Parley: one chat as its user has it, also when it is not in the list. */
export const ChatView = ChatEntry.extend({
  /** Not in the list until something new arrives. */
  hidden: Bit,
})
export type ChatView = z.infer<typeof ChatView>

/** Parley: a temporary chat in which somebody waits for an answer of the caller. */
export const WaitingChat = ChatEntry.extend({
  /** When they wrote what is not answered yet (the first message of it). */
  since: seconds,
})
export type WaitingChat = z.infer<typeof WaitingChat>

/** A group in `pop/get`. `uid` is its owner; `name` is the caller's remark, or the group's name. */
export const GroupEntry = z.object({ gid: z.int(), avatar: z.string(), uid, name: z.string() })
export type GroupEntry = z.infer<typeof GroupEntry>

/** A group as `group/detail` shows it. `remark` is the caller's own name for it, '' when unset. */
export const GroupInfo = z.object({
  gid: z.int(),
  groupname: z.string(),
  uid,
  avatar: z.string(),
  /** `forbidden`: everybody but the owner and the managers is muted. */
  state: z.enum(['normal', 'disabled', 'forbidden']),
  timestamp: seconds,
  remark: z.string(),
  /** Parley. */
  announcement: z.string(),
  /** Parley. */
  member_count: z.int(),
  /** Parley: how many of them are online; in a large group it may be some seconds old. */
  online_count: z.int(),
  /** Parley: what the caller is in the group; `none` for a server key that looks from outside. */
  role: z.enum([...GroupRole.options, 'none']),
  /** Parley: until when the caller is muted; 0 = may speak. */
  silenced_until: seconds,
})
export type GroupInfo = z.infer<typeof GroupInfo>

/** Parley: what an invitation into a group leads to. `is_member` 1: the caller is in already. */
export const GroupInvitation = z.object({
  gid: z.int(),
  groupname: z.string(),
  avatar: z.string(),
  member_count: z.int(),
  is_member: Bit,
})
export type GroupInvitation = z.infer<typeof GroupInvitation>

/** A row of `group/members`. `index` is the place to page on from; `name` the caller's remark, or the nickname. */
export const GroupMember = z.object({
  uid,
  avatar: z.string(),
  nickname: z.string(),
  name: z.string(),
  index: z.int(),
  /** Parley. */
  role: GroupRole,
  /** Parley: until when they are muted; 0 = may speak. */
  silenced_until: seconds,
})
export type GroupMember = z.infer<typeof GroupMember>

/** Parley: what somebody has begun to write in a chat. */
export const DraftRow = z.object({
  type: z.enum(['friend', 'group']),
  /** The other user's uid, or the gid. */
  id: z.int(),
  /** In the form of a message's; may be empty with a quote. */
  content: z.string(),
  /** 0 without a quote. */
  quote_mid: z.int(),
  /** When it was last changed. */
  timestamp: seconds,
})
export type DraftRow = z.infer<typeof DraftRow>

/** A canned reply: `type` 1 welcome, 2 quick reply, 3 FAQ. */
export const ReplyRow = z.object({
  id: z.int(),
  type: z.int(),
  title: z.string(),
  /** Comma list of words that call a FAQ. */
  keyword: z.string(),
  content: z.string(),
  is_show: Bit,
  weights: z.int(),
  is_default: Bit,
})
export type ReplyRow = z.infer<typeof ReplyRow>

/** An uploaded file: `src` is `//host/upload/…`, `size` text such as `7.15 KB`. */
export const UploadResult = z.object({ src: z.string(), name: z.string(), size: z.string() })
export type UploadResult = z.infer<typeof UploadResult>

const publicTexts = Object.fromEntries(PUBLIC_SETTINGS.map((name) => [name, z.string()])) as Record<
  PublicSettingName,
  z.ZodString
>

/** The public settings as text, with the values that the server computes. `id` is text here, as in the document. */
export const PublicSettings = z.object({
  id: z.string(),
  ...publicTexts,
  /** The app key that the document's clients use: the old dialect's when `legacy_push` is on. */
  appkey: z.string(),
  /** Parley: the app key of the `pusher` dialect, always. */
  pusher_key: z.string(),
  /** `ws(s)://host:port`. */
  ws_address: z.string(),
  /** Parley: `on` where SMS are sent for real: registering then needs a phone, and a forgotten password can be set anew. */
  sms: z.enum(['on', 'off']),
})
export type PublicSettings = z.infer<typeof PublicSettings>

/** The same in `pop/get` and `settingChange`: there `id` is a number, and `dirty_words` is shown, always empty. */
export const ChatSettings = PublicSettings.extend({ id: z.int(), dirty_words: z.literal('') })
export type ChatSettings = z.infer<typeof ChatSettings>

/** The signed-in user in `pop/get`. */
export const Mine = z.object({
  uid,
  username: z.string(),
  sign: z.string(),
  nickname: z.string(),
  avatar: z.string(),
  unread_friend_apply_count: z.int(),
  /** Parley. */
  nid: z.int(),
  /** Parley. */
  is_member: Bit,
  /** Parley: may open the admin console. */
  is_admin: Bit,
})
export type Mine = z.infer<typeof Mine>
