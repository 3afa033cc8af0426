import type { ChatEntry, MessageEvent, MessageRow } from '@parley/contract'
import type { Chat, ChatMessage, Home } from '../events.ts'

interface Person {
  readonly name: string
  readonly avatar: string
}
const NOBODY: Person = { name: '', avatar: '' }

/** Knows enough of the user and the chats to give every message the same form. */
export class Messages {
  #uid = 0
  #mine: Person = NOBODY
  readonly #chats = new Map<string, Person>()

  /** Notes who the user is and what the chats are called. */
  learn({ mine, friend, group, chatting }: Home): void {
    this.#uid = mine.uid
    this.#mine = { name: mine.nickname, avatar: mine.avatar }
    for (const people of Object.values(friend))
      for (const person of Object.values(people)) this.#chats.set(`friend${person.uid}`, person)
    for (const entry of group) this.#chats.set(`group${entry.gid}`, entry)
    for (const entry of Object.values(chatting) as ChatEntry[])
      this.#chats.set(`${entry.type}${entry.id}`, entry)
  }

  /** A pushed message. */
  pushed(event: MessageEvent): ChatMessage {
    const peer = event.type === 'friend' && event.to === String(this.#uid) ? event.from : event.to
    return { ...event, chat: { type: event.type, id: Number(peer) }, missed: false }
  }

  /** A row of `message/since`, with the names that its push would have had as far as they are known. */
  missed({ avatar, name, ...row }: MessageRow, chat: Chat): ChatMessage {
    const known = this.#chats.get(chat.type + chat.id) ?? NOBODY
    const isOwn = row.from === String(this.#uid)
    const isToMe = chat.type === 'friend' && !isOwn
    const to = isToMe ? this.#mine : known
    return {
      ...row,
      type: chat.type,
      from_name: name ?? (isOwn ? this.#mine.name : known.name),
      from_avatar: avatar,
      to: String(isToMe ? this.#uid : chat.id),
      to_name: to.name,
      to_avatar: to.avatar,
      chat,
      missed: true,
    }
  }
}
