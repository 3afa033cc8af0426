import type { Chat, Home } from '@parley/client'

/** A chat as the server tells of it. */
export type ChatEntry = Home['chatting'][string]

/** The newest message of a chat, as the list shows it. */
export interface LastMessage {
  mid: number
  seq: number
  from: number
  /** Who wrote it, in groups. */
  name: string
  content: string
  seconds: number
  notice: boolean
}

/** A chat in the list. */
export interface ChatState {
  key: string
  type: Chat['type']
  id: number
  /** What the server called it; the people and groups that are known have a better one: `title`. */
  name: string
  avatar: string
  /** 100 stands for "more than 99". */
  unread: number
  pinned: boolean
  muted: boolean
  hidden: boolean
  /** The server has told how it is set and what is unread; before, all of that is a guess. */
  known: boolean
  /** An unread message addresses the user: its `mid`; 0 otherwise. */
  mentionMid: number
  /** Up to here the user has read. */
  readSeq: number
  lastSeq: number
  last?: LastMessage | undefined
  /** When its newest message, which was deleted, was written, Unix seconds: the chat keeps its place. */
  activeAt?: number
}

export const chatKey = ({ type, id }: Chat): string => type + id

/** The chat that a key stands for. */
export function chatOf(key: string): Chat {
  const type = key.startsWith('group') ? 'group' : 'friend'
  return { type, id: Number(key.slice(type.length)) }
}

export const unreadNumber = (count: number | '99+'): number => (count === '99+' ? 100 : count)

/** A chat of which nothing is known but whose it is. */
export const blankChat = ({ type, id }: Chat): ChatState => ({
  ...{ key: chatKey({ type, id }), type, id, name: '', avatar: '', unread: 0, pinned: false, muted: false },
  ...{ hidden: true, known: false, mentionMid: 0, readSeq: 0, lastSeq: 0 },
})

/** A chat of the list. */
export function fromEntry(entry: ChatEntry): ChatState {
  const { type, id, name, avatar } = entry
  const item = entry.items[0]
  return {
    ...{ key: chatKey({ type, id }), type, id, name, avatar, hidden: false, known: true },
    unread: unreadNumber(entry.unread_count),
    pinned: entry.top === 1,
    muted: entry.muted === 1,
    mentionMid: entry.mention_mid,
    readSeq: entry.read_seq,
    lastSeq: entry.last_seq,
    last: item && {
      ...{ mid: item.mid, seq: item.seq, from: Number(item.from), name: item.name ?? '' },
      ...{ content: item.content, seconds: item.timestamp, notice: item.sub_type === 'notice' },
    },
  }
}
