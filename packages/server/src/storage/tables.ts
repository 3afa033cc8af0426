import type { Generated, Insertable, Selectable } from 'kysely'

/*
 * The rows as they are stored. Times are milliseconds since the epoch; flags are 0 or 1 (SQLite has no boolean,
 * and one query text serves both databases). `docs/architecture.md` explains conversation and membership.
 */

/** One account. */
export interface UserTable {
  uid: Generated<number>
  /** Public numeric id that people can tell each other (`nid` in user/get); random, not the uid. */
  nid: number
  username: string
  /** The username in lower case: unique, so that `Tom` and `tom` cannot be two people. */
  username_key: string
  nickname: string
  /** Address of the picture; empty for the drawn default. */
  avatar: string
  sign: string
  /** Empty when the account has none. */
  phone: string
  /** argon2id in PHC form; empty for an account that cannot sign in with a password. */
  password_hash: string
  account_state: 'normal' | 'disabled'
  is_member: number
  is_admin: number
  /** The member that opened this account (`user/open_user`); 0 for everybody else. */
  parent_uid: Generated<number>
  state: 'online' | 'offline'
  /** When the last socket closed; 0 for never. */
  logout_at: Generated<number>
  created_at: number
  /** 0: neither hears nor tells how far one-to-one chats are read. */
  read_receipts: Generated<number>
  /** Who disabled the account; '' while it is normal. What the site did, a parent cannot undo. */
  disabled_by: Generated<'' | 'site' | 'parent'>
}

/** A signed-in device. The token itself is never stored. */
export interface SessionTable {
  id: Generated<number>
  token_hash: string
  uid: number
  device: string
  address: string
  created_at: number
  seen_at: number
  expires_at: number
}

/** A named key for `/api`. Only its hash is stored. */
export interface ServerKeyTable {
  id: Generated<number>
  name: string
  key_hash: string
  /** The last four characters, to tell keys apart in a list. */
  hint: string
  created_at: number
  used_at: Generated<number>
  /** 0 while the key is good. */
  revoked_at: Generated<number>
}

/** A websocket application: what `appkey` names. */
export interface AppTable {
  key: string
  secret: string
  dialect: 'pusher' | 'woker'
}

/** What every node must know alike and nobody else at all; made by whichever node starts first. */
export interface SecretTable {
  /** `invite` and `sms`: keys. `setup:` and a hash: the one-time link of a first start, which opens with that token. */
  name: string
  /** A key in hex; empty for a link. */
  value: string
}

/** A site setting that differs from its default. */
export interface SettingTable {
  name: string
  value: string
}

/** One direction of a friendship; both directions always exist together. */
export interface FriendshipTable {
  uid: number
  friend_uid: number
  /** What `uid` calls the friend; empty when unset. */
  remark: Generated<string>
  created_at: number
}

/** A friend request ("notice" in the document, with `nid` as its id). One per pair and direction: the newest. */
export interface FriendRequestTable {
  nid: Generated<number>
  from_uid: number
  to_uid: number
  postscript: string
  operation: 'not_operated' | 'agree' | 'refuse'
  created_at: number
}

/** The shared log of two users or of a group. */
export interface ConversationTable {
  id: Generated<number>
  kind: 'friend' | 'group'
  /** Friend: the smaller uid. Group: the gid. */
  low: number
  /** Friend: the larger uid. Group: 0. */
  high: number
  /** `seq` of its newest message; seqs run 1…last_seq without a gap. */
  last_seq: Generated<number>
  last_at: Generated<number>
  /** How many of its messages count as unread material (sub_type `message`). */
  counted: Generated<number>
}

/** One user's view of a conversation; in a group also the membership itself. */
export interface MembershipTable {
  /** `index` in group/members: grows with the time of joining. */
  id: Generated<number>
  conversation_id: number
  uid: number
  read_seq: Generated<number>
  /** `conversation.counted` when the user last read: unread = counted - read_counted. */
  read_counted: Generated<number>
  /** Marking a chat as unread puts `read_seq` back; this is how far it had come. Others are told the larger of the two. */
  seen_seq: Generated<number>
  /** The newest message that the user wrote themselves (no automatic answer); 0 for none. */
  spoke_seq: Generated<number>
  /** The chat is hidden while `conversation.last_seq <= hidden_seq`; -1 = not hidden. */
  hidden_seq: Generated<number>
  /** The user has deleted the chat for themselves: they see only what comes after this seq. */
  cleared_seq: Generated<number>
  pinned: Generated<number>
  muted: Generated<number>
  /** The user's own name for a group; empty when unset. */
  remark: Generated<string>
  role: Generated<'owner' | 'manager' | 'member'>
  /** Until when the user may not speak in the group; 0 = may speak. */
  silenced_until: Generated<number>
  joined_at: number
}

/** A mute that runs while its owner is out of the group: leaving and coming back must not end it. */
export interface SilenceTable {
  conversation_id: number
  uid: number
  until_at: number
}

/** A group. Its members are the memberships of its conversation. */
export interface GroupTable {
  gid: Generated<number>
  conversation_id: number
  owner_uid: number
  groupname: string
  /** An uploaded picture, or the address under which the first nine members' pictures are composed. */
  avatar: Generated<string>
  announcement: Generated<string>
  state: Generated<'normal' | 'disabled' | 'forbidden'>
  created_at: number
}

/** One message. `content` is blanked when it is revoked or deleted for all. */
export interface MessageTable {
  mid: Generated<number>
  conversation_id: number
  seq: number
  /** The conversation's `counted` including this message. */
  counted: number
  from_uid: number
  content: string
  sub_type: 'message' | 'notice'
  created_at: number
  quote_mid: Generated<number>
  quote_content: Generated<string>
  /** The sender's idempotency key; null when none was sent. */
  unique_id: string | null
  /** 1 for an automatic answer of a member's FAQ or welcome. */
  auto: Generated<number>
  /** 1 once revoked, 2 once deleted for everybody. */
  removed: Generated<number>
}

/** A message of a group that mentions a member. Gone when the message is. */
export interface MentionTable {
  conversation_id: number
  /** 0: everybody in the group. */
  uid: number
  seq: number
  mid: number
}

/** A message that one user deleted for themselves. */
export interface HiddenMessageTable {
  uid: number
  mid: number
  conversation_id: number
}

/** What one user has begun to write in a chat. */
export interface DraftTable {
  uid: number
  kind: 'friend' | 'group'
  /** The other user's uid, or the gid. */
  target_id: number
  content: string
  /** 0 without a quote. */
  quote_mid: number
  updated_at: number
}

/** A canned reply of a member: 1 welcome, 2 quick reply, 3 FAQ. */
export interface ReplyTable {
  id: Generated<number>
  uid: number
  type: number
  title: string
  keyword: string
  content: string
  is_show: number
  weights: number
  is_default: number
}

/** When a member last welcomed a visitor: a welcome goes out once in 24 h. */
export interface WelcomeTable {
  member_uid: number
  visitor_uid: number
  sent_at: number
}

/** An SMS code on its way. One per phone and purpose; only its hash is stored. */
export interface SmsCodeTable {
  phone: string
  purpose: string
  code_hash: string
  tries_left: number
  expires_at: number
}

/** A stored file, for the admin's figures and for cleaning up. */
export interface UploadTable {
  /** `/upload/…`, as in the address. */
  path: string
  /** 0 when a server key uploaded it. */
  uid: number
  kind: 'avatar' | 'groupavatar' | 'img' | 'file'
  name: string
  size: number
  type: string
  created_at: number
}

export interface Tables {
  user: UserTable
  session: SessionTable
  server_key: ServerKeyTable
  app: AppTable
  secret: SecretTable
  setting: SettingTable
  friendship: FriendshipTable
  friend_request: FriendRequestTable
  conversation: ConversationTable
  membership: MembershipTable
  silence: SilenceTable
  chat_group: GroupTable
  message: MessageTable
  mention: MentionTable
  hidden_message: HiddenMessageTable
  draft: DraftTable
  reply: ReplyTable
  welcome: WelcomeTable
  sms_code: SmsCodeTable
  upload: UploadTable
}

export type User = Selectable<UserTable>
export type NewUser = Insertable<UserTable>
export type Session = Selectable<SessionTable>
export type FriendRequest = Selectable<FriendRequestTable>
export type Conversation = Selectable<ConversationTable>
export type Membership = Selectable<MembershipTable>
export type Group = Selectable<GroupTable>
export type Message = Selectable<MessageTable>
export type Reply = Selectable<ReplyTable>
