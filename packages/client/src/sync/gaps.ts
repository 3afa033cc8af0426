import type { MissedMessages } from '@parley/contract'
import { backoffMs } from '../backoff.ts'
import { NetworkError, ParleyError } from '../errors.ts'
import { type Chat, type ChatMessage, chatKey, type Gap } from '../events.ts'
import type { Timings } from '../timings.ts'
import type { Messages } from './messages.ts'

/** A page of `message/since`. */
const PAGE_MAX = 200
/** How far back a chat is read of which nothing is known: it is new, or was hidden and may be long. */
const LOOK_BACK_MAX = 100
/** How often a page is asked for, before the next connect or message has to bring it about again. */
const TRIES_MAX = 5
/** Messages that wait for the one before them, in one chat; a chat with more is read anew. */
const WAITING_MAX = 2000

/** How far a chat has been handed out. */
interface Log {
  readonly chat: Chat
  /** Everything up to this `seq` has been handed out, or never will be. */
  position: number
  /** Pushed messages that have overtaken others, by `seq`. */
  readonly waiting: Map<number, ChatMessage>
  filling: boolean
  timer?: ReturnType<typeof setTimeout>
  /** For a chat that was unknown: only what is newer than this mid is handed out. */
  newerThan: number
  /** Nothing of it has been fetched yet, and its beginning may be none. */
  isUnknown: boolean
  /** The notice with which the user came into it: what is older is not handed out. */
  notice?: string
}

interface GapsOptions {
  readonly since: (chat: Chat, seq: number, limit: number) => Promise<MissedMessages>
  readonly messages: Messages
  /** How many messages of a chat are fetched at most, before its gap is left to the application. */
  readonly fillMax: number
  readonly timings: Pick<Timings, 'gapPatienceMs' | 'retryMsMin' | 'retryMsMax'>
  readonly deliver: (message: ChatMessage) => void
  readonly gap: (gap: Gap) => void
}

/** Hands out the messages of each chat once and in order, and fetches what was not pushed. */
export class Gaps {
  readonly #logs = new Map<string, Log>()
  /** The newest message when the chats were last compared (mids rise over the whole site); undefined before that. */
  #comparedMid: number | undefined

  constructor(private readonly options: GapsOptions) {}

  /** The application has everything of a chat up to `seq`. */
  track(chat: Chat, seq: number): void {
    const log = this.#log(chat)
    if (!log) this.#start(chat, seq)
    else if (seq > log.position) {
      log.position = seq
      this.#drain(log)
    }
  }

  /** Takes a pushed message. */
  push(message: ChatMessage): void {
    const log = this.#log(message.chat) ?? this.#meet(message)
    if (message.seq <= log.position) return
    log.waiting.set(message.seq, message)
    this.#drain(log)
    if (log.waiting.size > WAITING_MAX) this.#skip(log, Math.min(...log.waiting.keys()))
    if (log.waiting.size === 0 || log.filling) return
    // Messages of several nodes may overtake each other by a little.
    log.timer ??= setTimeout(() => void this.#fill(log), this.options.timings.gapPatienceMs)
  }

  /**
   * Compares with the chats as the server has them, and fetches what is missing. The first time they are where
   * handing out begins.
   */
  reconcile(chats: readonly { chat: Chat; lastSeq: number; lastMid: number }[]): void {
    const comparedMid = this.#comparedMid
    for (const { chat, lastSeq } of chats) {
      const log = this.#log(chat)
      if (log && log.position !== lastSeq) void this.#fill(log)
      else if (!log && comparedMid === undefined) this.#start(chat, lastSeq)
      else if (!log && lastSeq > 0) void this.#fill(this.#appear(chat, comparedMid!, lastSeq))
    }
    this.#comparedMid = Math.max(0, ...chats.map(({ lastMid }) => lastMid))
  }

  /**
   * The user has just come into a chat: hands out what was written there before it could be listened to.
   * @param notice its text, where people were added to a chat that was there before
   */
  joined(chat: Chat, notice: string | undefined): void {
    const log = this.#log(chat) ?? this.#appear(chat, this.#comparedMid ?? 0, 0)
    log.notice = notice
    void this.#fill(log)
  }

  /** Forgets a chat that the user has left. */
  forget(chat: Chat): void {
    const key = chatKey(chat)
    clearTimeout(this.#logs.get(key)?.timer)
    this.#logs.delete(key)
  }

  /** Forgets everything: another user, or the end. */
  clear(): void {
    for (const { chat } of [...this.#logs.values()]) this.forget(chat)
    this.#comparedMid = undefined
  }

  #log(chat: Chat): Log | undefined {
    return this.#logs.get(chatKey(chat))
  }

  #start(chat: Chat, position: number): Log {
    const log: Log = { chat, position, waiting: new Map(), filling: false, newerThan: 0, isUnknown: false }
    this.#logs.set(chatKey(chat), log)
    return log
  }

  /** The first message of a chat that was not among those compared. */
  #meet({ chat, seq }: ChatMessage): Log {
    return seq === 1 || this.#comparedMid === undefined
      ? this.#start(chat, seq - 1)
      : this.#appear(chat, this.#comparedMid, seq - 1)
  }

  /** A chat of which nothing is known. What is old in it is not handed out. */
  #appear(chat: Chat, newerThan: number, lastSeq: number): Log {
    const log = this.#start(chat, Math.max(0, lastSeq - this.#lookBack))
    log.newerThan = newerThan
    log.isUnknown = true
    return log
  }

  get #lookBack(): number {
    return Math.min(LOOK_BACK_MAX, this.options.fillMax)
  }

  #drain(log: Log): void {
    for (let next = log.waiting.get(log.position + 1); next; next = log.waiting.get(log.position + 1))
      this.#deliver(log, next)
    for (const seq of log.waiting.keys()) if (seq <= log.position) log.waiting.delete(seq)
  }

  #deliver(log: Log, message: ChatMessage): void {
    // First, so that a handler that looks, or throws, finds it done.
    log.position = message.seq
    log.waiting.delete(message.seq)
    if (message.mid > log.newerThan) this.options.deliver(message)
  }

  /** Fetches page after page until nothing is missing. */
  async #fill(log: Log): Promise<void> {
    clearTimeout(log.timer)
    log.timer = undefined
    if (log.filling) return
    log.filling = true
    try {
      for (let more = true; more; ) {
        this.#skipIfTooLong(log, Math.min(...log.waiting.keys()) - 1)
        const asked = log.position
        const page = await this.#page(log)
        more = page !== undefined && this.#isCurrent(log) && this.#take(log, page, asked)
      }
    } finally {
      log.filling = false
    }
  }

  /**
   * @param asked the `seq` that the page was asked with; more may have been pushed since
   * @returns whether there is more to fetch
   */
  #take(log: Log, page: MissedMessages, asked: number): boolean {
    if (page.last_seq < asked) {
      this.options.gap({ chat: log.chat, after: 0, before: page.last_seq + 1, restored: true })
      log.position = page.last_seq
      log.waiting.clear()
      return false
    }
    if (log.isUnknown) {
      const { length } = page.messages
      if (page.last_seq - log.position > Math.max(this.#lookBack, length)) {
        log.position = page.last_seq - this.#lookBack
        return true
      }
      this.#meetPage(log, page)
    } else if (page.last_seq - log.position > this.options.fillMax) {
      this.#skip(log, page.last_seq + 1)
      return false
    }
    for (const row of page.messages) {
      if (row.seq > log.position)
        this.#deliver(log, log.waiting.get(row.seq) ?? this.options.messages.missed(row, log.chat))
    }
    log.position = Math.max(log.position, page.through_seq)
    this.#drain(log)
    if (page.more === 1) return true
    // What is pushed is stored: the server has all that could be missing before it.
    if (log.waiting.size > 0) this.#jump(log, Math.min(...log.waiting.keys()))
    return false
  }

  /** The end of an unknown chat: finds where handing out begins. If all of it is new, there may be more before it. */
  #meetPage(log: Log, { messages }: MissedMessages): void {
    log.isUnknown = false
    const [first] = messages
    if (log.notice !== undefined) {
      const entry = messages.findLast(({ content }) => content === log.notice)
      log.newerThan = entry ? entry.mid - 1 : (messages.at(-1)?.mid ?? 0)
    } else if (first && log.position > 0 && first.mid > log.newerThan)
      this.options.gap({ chat: log.chat, after: 0, before: first.seq, restored: false })
  }

  #skipIfTooLong(log: Log, to: number): void {
    if (Number.isFinite(to) && to - log.position > this.options.fillMax) this.#skip(log, to + 1)
  }

  /** Leaves what comes before `before` to the application. */
  #skip(log: Log, before: number): void {
    if (before - 1 > log.position)
      this.options.gap({ chat: log.chat, after: log.position, before, restored: false })
    this.#jump(log, before)
  }

  #jump(log: Log, before: number): void {
    log.position = Math.max(log.position, before - 1)
    this.#drain(log)
  }

  /** @returns nothing when it could not be had: the next connect or message tries again */
  async #page(log: Log): Promise<MissedMessages | undefined> {
    const { retryMsMin, retryMsMax } = this.options.timings
    for (let attempt = 0; attempt < TRIES_MAX && this.#isCurrent(log); attempt++) {
      try {
        return await this.options.since(log.chat, log.position, PAGE_MAX)
      } catch (error) {
        if (error instanceof ParleyError && error.waitMs === undefined) {
          this.#giveUp(log)
          return undefined
        }
        if (error instanceof NetworkError && error.reason !== 'timeout') return undefined
        const waitMs =
          error instanceof ParleyError ? error.waitMs! : backoffMs(attempt, retryMsMin, retryMsMax)
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    }
    return undefined
  }

  /** The user may not read the chat (any more): hands out what was pushed, and asks no more. */
  #giveUp(log: Log): void {
    const pushed = [...log.waiting.values()].sort((one, other) => one.seq - other.seq)
    for (const message of pushed) this.#deliver(log, message)
    if (pushed.length === 0) this.forget(log.chat)
  }

  #isCurrent(log: Log): boolean {
    return this.#log(log.chat) === log
  }
}
