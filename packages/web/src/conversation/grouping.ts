import type { Message } from '@/stores/message.ts'
import { dayOf } from './times.ts'

/** Something that is being sent up, as `useAttachments()` of the composer tells. */
export interface Upload {
  readonly id: string
  /** When it was added, ms since 1970. */
  readonly at: number
}

/** A line of the list. Its key stays the same as long as it is there. */
export type Row =
  | { readonly kind: 'time'; readonly key: string; readonly seconds: number }
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'notice'; readonly key: string; readonly message: Message }
  | BubbleRow
  | { readonly kind: 'upload'; readonly key: string; readonly id: string; readonly first: boolean }

/** A message with its place in a run: what one person wrote within a minute. */
export interface BubbleRow {
  readonly kind: 'bubble'
  readonly key: string
  readonly message: Message
  readonly mine: boolean
  /** The name stands above the first of a run. */
  readonly first: boolean
  /** The picture, the time and the state stand beside the last of a run. */
  readonly last: boolean
}

export interface GroupingOptions {
  /** The user's uid. */
  me: number
  /** The divider "new messages" stands before the first message of others after this `seq`; undefined: none. */
  newAfter?: number | undefined
  /** There is nothing before these messages. */
  whole?: boolean
  uploads?: readonly Upload[]
  /** Rows that were made before: one that is still right is handed out again, and need not be drawn again. */
  known?: WeakMap<Message, Row>
}

/** A longer pause than this has a time above what follows. */
const PAUSE_S = 5 * 60

const minuteOf = (seconds: number) => Math.floor(seconds / 60)

/** Makes the lines of a conversation from its messages, in their order. */
export function groupRows(messages: readonly Message[], options: GroupingOptions): Row[] {
  const { me, newAfter, whole = false, uploads = [], known = new WeakMap() } = options
  const rows: Row[] = []
  // Before the first unread message, and before no later one while that is not here.
  const begins = messages[0]?.seq ?? 0
  let dividerDue = newAfter !== undefined && (whole || begins <= newAfter + 1)
  messages.forEach((message, at) => {
    const before = messages[at - 1]
    const after = messages[at + 1]
    const timed = needsTime(before, message)
    if (timed) rows.push({ kind: 'time', key: `t${message.key}`, seconds: message.seconds })
    const isNew = dividerDue && message.seq > newAfter! && message.from !== me && !message.notice
    if (isNew) {
      rows.push({ kind: 'new', key: 'new' })
      dividerDue = false
    }
    if (message.notice) {
      rows.push(reuse(known, message, { kind: 'notice', key: message.key, message }))
      return
    }
    const mine = message.from === me
    const first = timed || isNew || !sameRun(before, message)
    const divides = dividerDue && after !== undefined && after.seq > newAfter! && after.from !== me
    const last = !sameRun(message, after) || needsTime(message, after!) || divides
    rows.push(reuse(known, message, { kind: 'bubble', key: message.key, message, mine, first, last }))
  })
  const end = messages.at(-1)
  const since = uploads[0] && Math.floor(uploads[0].at / 1000)
  // As it will be when the first of them is a message.
  const isTimed = since !== undefined && (!end || since - end.seconds > PAUSE_S)
  if (isTimed) rows.push({ kind: 'time', key: `tu${uploads[0]!.id}`, seconds: since })
  uploads.forEach(({ id }, at) => {
    const first = at === 0 && (isTimed || !(end && end.from === me && !end.notice))
    rows.push({ kind: 'upload', key: `u${id}`, id, first })
  })
  return rows
}

function needsTime(before: Message | undefined, message: Message): boolean {
  if (!before) return true
  return message.seconds - before.seconds > PAUSE_S || dayOf(before.seconds) !== dayOf(message.seconds)
}

const sameRun = (one: Message | undefined, other: Message | undefined): boolean =>
  one !== undefined &&
  other !== undefined &&
  !one.notice &&
  !other.notice &&
  one.from === other.from &&
  minuteOf(one.seconds) === minuteOf(other.seconds)

function reuse(known: WeakMap<Message, Row>, message: Message, row: Row): Row {
  const old = known.get(message)
  if (old && isSame(old, row)) return old
  known.set(message, row)
  return row
}

function isSame(one: Row, other: Row): boolean {
  if (one.kind !== 'bubble' || other.kind !== 'bubble') return one.kind === other.kind
  return one.first === other.first && one.last === other.last && one.mine === other.mine
}

/** After which `seq` (how far the user has read) the new messages of this opening begin; undefined when there are none. */
export function newestRead(
  messages: readonly Message[],
  { me, unread, readSeq }: { me: number; unread: number; readSeq: number },
): number | undefined {
  const isNews = ({ from, notice, seq }: Message) => from !== me && !notice && seq > readSeq
  return unread > 0 && messages.some(isNews) ? readSeq : undefined
}
