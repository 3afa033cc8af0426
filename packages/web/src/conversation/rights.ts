import type { Chat } from '@parley/client'
import { readContent } from '@/content/body.ts'
import type { Message } from '@/stores/message.ts'

/** What the user is in a chat. */
export interface Standing {
  readonly me: number
  readonly type: Chat['type']
  readonly role: 'owner' | 'manager' | 'member' | 'none'
  /** May write. */
  readonly maySpeak: boolean
  /** May change what others see; also where nobody may write, but not who is muted or gone. */
  readonly mayTakeBack: boolean
  /** Whether the site takes messages with such content. */
  maySend(content: string): boolean
  /** How long after sending a message can be revoked, seconds; 0: always. */
  readonly revokeSeconds: number
}

/** What the user may do with a message. */
export interface Rights {
  readonly quote: boolean
  readonly copy: boolean
  readonly forward: boolean
  /** Be one of several that are chosen. */
  readonly select: boolean
  readonly revoke: boolean
  readonly remove: boolean
  readonly removeForAll: boolean
  /** What can be saved as a file: its address. */
  readonly save?: string
}

const NONE: Rights = {
  ...{ quote: false, copy: false, forward: false, select: false },
  ...{ revoke: false, remove: false, removeForAll: false },
}

/** What is allowed as the server sees it: own messages, and those of others for who leads the group. */
export function rightsOf(message: Message, standing: Standing, nowSeconds: number): Rights {
  if (message.mid === 0) return { ...NONE, copy: readContent(message.content).kind === 'text' }
  if (message.notice) return { ...NONE, remove: true }
  const { me, role, maySpeak, mayTakeBack, maySend, revokeSeconds } = standing
  const own = message.from === me
  const content = readContent(message.content)
  const address = 'url' in content && content.kind !== 'url' ? content.url : undefined
  return {
    quote: maySpeak,
    copy: content.kind === 'text' || content.kind === 'url',
    forward: maySend(message.content),
    select: true,
    revoke:
      mayTakeBack &&
      (own || role === 'owner') &&
      (revokeSeconds === 0 || revokeLeft(message, revokeSeconds, nowSeconds) > 0),
    remove: true,
    removeForAll: mayTakeBack && (own || role === 'owner' || role === 'manager'),
    ...(address === undefined ? {} : { save: address }),
  }
}

/** Seconds that are left to revoke a message; not above 0 when it is too late. */
export const revokeLeft = (message: Message, revokeSeconds: number, nowSeconds: number): number =>
  message.seconds + revokeSeconds - nowSeconds
