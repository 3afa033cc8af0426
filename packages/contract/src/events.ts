import { z } from 'zod'
import { Bit, ChatSettings, Presence, SubType, UnreadCount } from './shapes.ts'

/*
 * What is pushed. Ids in `message`, `revoke`, `friendApply`, `removeFriend` and `addGroup` are text where the original
 * sent text (protocol, section 5); `mid` and `gid` are always numbers. On the wire the payload is JSON text.
 */

const chatType = z.enum(['friend', 'group'])

/** A new message or notice: on `user-{to}` and `user-{from}`, or on `group-{gid}`. */
export const MessageEvent = z.object({
  from: z.string(),
  /** Friend: the receiver's remark for the sender, or the nickname. Group: the nickname. */
  from_name: z.string(),
  from_avatar: z.string(),
  to: z.string(),
  to_name: z.string(),
  to_avatar: z.string(),
  content: z.string(),
  timestamp: z.int(),
  type: chatType,
  sub_type: SubType,
  mid: z.int(),
  /** 0 without a quote. */
  quote_mid: z.int(),
  quote_content: z.string(),
  /** Parley, with a quote: who wrote what is quoted, and their nickname. */
  quote_from: z.string().optional(),
  quote_name: z.string().optional(),
  /** The sender's own key for the message, when it gave one. */
  uniqueId: z.string().optional(),
  /** Parley: place in the conversation, without gaps: who misses one knows it. */
  seq: z.int(),
  /** Parley: 1 for an automatic answer. */
  auto: Bit.optional(),
  /** Parley, in groups: the uids of the members whom it addresses; 0 for all of them. Absent when it addresses nobody. */
  mentions: z.array(z.int()).optional(),
})
export type MessageEvent = z.infer<typeof MessageEvent>

/** A message was taken back. `id` is the other user as the revoker sees it, or the gid; `uid` the revoker. */
export const RevokeEvent = z.object({ type: chatType, id: z.string(), mid: z.int(), uid: z.string() })
export type RevokeEvent = z.infer<typeof RevokeEvent>

/** A message was deleted: `ty` 1 only for the user on whose channel this comes, 2 for everybody. */
export const MessageDeleteEvent = RevokeEvent.extend({ ty: z.union([z.literal(1), z.literal(2)]) })
export type MessageDeleteEvent = z.infer<typeof MessageDeleteEvent>

/** Somebody asks to be friends. */
export const FriendApplyEvent = z.object({ uid: z.string() })
export type FriendApplyEvent = z.infer<typeof FriendApplyEvent>

/** Parley: the user has answered a friend request of `uid`; for their other devices. */
export const FriendApplyUpdateEvent = z.object({
  nid: z.int(),
  uid: z.string(),
  operation: z.enum(['agree', 'refuse']),
})
export type FriendApplyUpdateEvent = z.infer<typeof FriendApplyUpdateEvent>

/** A new friend: each of the two gets the other. */
export const AddFriendEvent = z.object({ uid: z.int(), name: z.string(), avatar: z.string() })
export type AddFriendEvent = z.infer<typeof AddFriendEvent>

/** `uid` has ended the friendship. */
export const RemoveFriendEvent = z.object({ uid: z.string() })
export type RemoveFriendEvent = z.infer<typeof RemoveFriendEvent>

/** Parley: the user has ended the friendship with `uid`; for their other devices. */
export const FriendDeleteEvent = z.object({ uid: z.string() })
export type FriendDeleteEvent = z.infer<typeof FriendDeleteEvent>

/** The user is now in a group; `uid` brought them in. */
export const AddGroupEvent = z.object({
  gid: z.int(),
  groupname: z.string(),
  avatar: z.string(),
  uid: z.string(),
  /** The notice's text, when people were added to an existing group. */
  content: z.string().optional(),
})
export type AddGroupEvent = z.infer<typeof AddGroupEvent>

/** The group was dissolved (on `group-{gid}`: `gid` alone), or the user is no longer in it (on `user-{uid}`). */
export const RemoveGroupEvent = z.object({
  gid: z.int(),
  groupname: z.string().optional(),
  avatar: z.string().optional(),
  uid: z.string().optional(),
})
export type RemoveGroupEvent = z.infer<typeof RemoveGroupEvent>

/** A group changed: the fields that are there replace the old ones. `name` is `groupname` for old clients. */
export const UpdateGroupEvent = z.object({
  gid: z.int(),
  avatar: z.string().optional(),
  name: z.string().optional(),
  groupname: z.string().optional(),
  announcement: z.string().optional(),
  state: z.enum(['normal', 'disabled', 'forbidden']).optional(),
  /** The owner, after the group was handed over. */
  uid: z.int().optional(),
})
export type UpdateGroupEvent = z.infer<typeof UpdateGroupEvent>

/** Parley: a friend came online or went offline. */
export const StateEvent = z.object({ uid: z.int(), state: Presence })
export type StateEvent = z.infer<typeof StateEvent>

/**
 * Parley: how far a chat is read. `uid` is who read; `id` is the chat as the user sees it on whose channel this comes.
 *
 * Of the user themselves, for all chats: their other devices set the chat's badge to `unread_count`; `seq` is lower than
 * before when it was marked as unread. Of the other person of a one-to-one chat: without `unread_count`, `seq` only grows,
 * and nothing comes when one of the two has switched it off.
 */
export const ReadEvent = z.object({
  type: chatType,
  id: z.string(),
  uid: z.string(),
  seq: z.int(),
  timestamp: z.int(),
  unread_count: UnreadCount.optional(),
})
export type ReadEvent = z.infer<typeof ReadEvent>

/** Parley: the user pinned, muted, hid or cleared a chat, or undid that; all of it as it is now. */
export const ChatUpdateEvent = z.object({
  type: chatType,
  id: z.string(),
  top: Bit,
  muted: Bit,
  hidden: Bit,
  /** The newest message when it was hidden: a client that has a newer one goes on showing the chat. */
  last_seq: z.int(),
  /** The user deleted the chat for themselves: up to here nothing of it is left for them. Missing when they never did. */
  cleared_seq: z.int().optional(),
})
export type ChatUpdateEvent = z.infer<typeof ChatUpdateEvent>

/** Parley: the user has given a friend or a group another name of their own; '' for none. For their other devices. */
export const RemarkEvent = z.object({ type: chatType, id: z.string(), remark: z.string() })
export type RemarkEvent = z.infer<typeof RemarkEvent>

/** Parley: the user, or one of their friends, has changed how they show themselves; all of it as it is now. */
export const ProfileEvent = z.object({
  uid: z.int(),
  nickname: z.string(),
  avatar: z.string(),
  sign: z.string(),
  /** Only to the user's own devices. */
  read_receipts: Bit.optional(),
})
export type ProfileEvent = z.infer<typeof ProfileEvent>

/** Parley: the user has changed a draft; without text and quote it is gone. For their other devices. */
export const DraftEvent = z.object({
  type: chatType,
  id: z.string(),
  content: z.string(),
  /** 0 without a quote. */
  quote_mid: z.int(),
  timestamp: z.int(),
})
export type DraftEvent = z.infer<typeof DraftEvent>

/** Parley: the user has changed their canned replies of a type (1 welcome, 2 quick reply, 3 FAQ). For their other devices. */
export const ReplyUpdateEvent = z.object({ type: z.int() })
export type ReplyUpdateEvent = z.infer<typeof ReplyUpdateEvent>

/** Every event by its name on the wire. */
export const EVENTS = {
  message: MessageEvent,
  revoke: RevokeEvent,
  message_delete: MessageDeleteEvent,
  friendApply: FriendApplyEvent,
  friendApplyUpdate: FriendApplyUpdateEvent,
  addFriend: AddFriendEvent,
  removeFriend: RemoveFriendEvent,
  friendDelete: FriendDeleteEvent,
  addGroup: AddGroupEvent,
  removeGroup: RemoveGroupEvent,
  updateGroup: UpdateGroupEvent,
  /** The full public set: clients replace theirs with it. */
  settingChange: ChatSettings,
  state: StateEvent,
  read: ReadEvent,
  chatUpdate: ChatUpdateEvent,
  remark: RemarkEvent,
  profile: ProfileEvent,
  draft: DraftEvent,
  replyUpdate: ReplyUpdateEvent,
} as const

/** Event name → payload. */
export type PushEvents = { [Name in keyof typeof EVENTS]: z.infer<(typeof EVENTS)[Name]> }
export type PushEventName = keyof PushEvents

/** What concerns one user. */
export const userChannel = (uid: number | string): string => `user-${uid}`

/** What concerns the members of a group. */
export const groupChannel = (gid: number | string): string => `group-${gid}`

/** What concerns everybody. */
export const GLOBAL_CHANNEL = 'global'

export interface Channel {
  readonly visibility: 'public' | 'private' | 'presence'
  readonly kind: 'user' | 'group' | 'global' | 'other'
  /** The uid or gid; 0 for `global` and `other`. */
  readonly id: number
}

const CHANNEL_PATTERN = /^[A-Za-z0-9_\-=@,.;]{1,200}$/

/** Whether a text may be a channel's name (letters, digits and `_ - = @ , . ;`, at most 200). */
export const isChannelName = (name: string): boolean => CHANNEL_PATTERN.test(name)

// Ids in their one spelling only: `user-09` must not be a second name for `user-9`.
const OWN_CHANNEL = /^(user|group)-([1-9]\d{0,14})$/

/** What a channel's name stands for. Names that are not Parley's own are `other`. */
export function parseChannel(name: string): Channel {
  const [visibility, rest] = splitVisibility(name)
  if (rest === GLOBAL_CHANNEL) return { visibility, kind: 'global', id: 0 }
  const match = OWN_CHANNEL.exec(rest)
  if (!match) return { visibility, kind: 'other', id: 0 }
  return { visibility, kind: match[1] as 'user' | 'group', id: Number(match[2]) }
}

function splitVisibility(name: string): [Channel['visibility'], string] {
  for (const visibility of ['private', 'presence'] as const) {
    if (name.startsWith(`${visibility}-`)) return [visibility, name.slice(visibility.length + 1)]
  }
  return ['public', name]
}
