import type { Chat } from '@parley/client'
import { type InjectionKey, inject, type Ref } from 'vue'
import type { Message } from '@/stores/message.ts'
import type { Timeline } from '@/stores/timeline.ts'
import type { Selection } from './useSelection.ts'

/** What the parts of an open conversation share. */
export interface Conversation {
  readonly chat: Chat
  readonly key: string
  readonly timeline: Timeline
  readonly selection: Selection
  /** The key of the message that was jumped to, until its highlight has faded. */
  readonly highlighted: Readonly<Ref<string | undefined>>
  /** Keys of messages that have just come: they rise once. */
  readonly rising: ReadonlySet<string>
  /** What people are called in this chat. */
  nameOf(message: Pick<Message, 'from' | 'name'>): string
  /** Whether the next message may quote one. */
  mayQuote(): boolean
  quote(message: Message): void
  /** Puts a text that was taken back into the box again, with the message that it had quoted (0 for none). */
  reedit(text: string, quoteMid: number): void
  /** Shows a message and highlights it; reads its part of the history when it is not here. */
  jump(mid: number): void
  /** Whether somebody's card may be opened here. */
  mayShowPerson(uid: number): boolean
  /** Opens the person's card beside `element`, or their page on phones. */
  showPerson(uid: number, element: Element): void
  /** Puts `@name` into the box. */
  mention(uid: number): void
  /** Opens the viewer; `url` as it stands in the message. */
  openPicture(message: Message, url: string): void
  heard(message: Message): void
  isUnheard(message: Message): boolean
}

export const conversationKey: InjectionKey<Conversation> = Symbol('conversation')

/** The conversation around a part of it. */
export function useConversation(): Conversation {
  const conversation = inject(conversationKey)
  if (!conversation) throw new Error('Outside of a conversation')
  return conversation
}
