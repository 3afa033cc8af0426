import { type Chat, chatKey } from '../events.ts'
import type { Timings } from '../timings.ts'
import type { OutboxMessage, OutboxState } from './message.ts'
import { Owners } from './owners.ts'
import { describe, judge, TRIES_MAX } from './sending.ts'
import type { ClientStorage } from './storage.ts'

/** What the server says of a message that it has stored. */
export interface Stored {
  readonly mid: number
  readonly seq: number
}

export interface OutboxOptions {
  readonly storage: ClientStorage
  readonly timings: Timings
  /** Sends one message; its `id` is the `uniqueId`. @throws ParleyError, NetworkError */
  readonly deliver: (message: OutboxMessage) => Promise<Stored>
  readonly isOnline: () => boolean
  /** Tells every change. */
  readonly changed: (message: OutboxMessage) => void
}

/** The code of the refusal of a quoted message, and of a message's other parameters. */
const QUOTE_INVALID = 2

/** What is kept of a message, and whose it is. */
interface Kept {
  readonly owner: string
  readonly message: OutboxMessage
}

/**
 * Messages on their way. Each chat's go out one after the other; what could not be sent is tried again, and waits for
 * its writer after three failures. The unsent are kept in the storage, so that they outlive the page.
 */
export class Outbox {
  readonly #me = newId()
  readonly #owners = new Owners(this.#me)
  readonly #messages = new Map<string, OutboxMessage>()
  /** Chats whose messages are going out. */
  readonly #running = new Set<string>()
  /** Chats that wait before they try again → what ends the wait. */
  readonly #pauses = new Map<string, () => void>()
  #prefix: string | undefined
  #loading: Promise<void> | undefined
  /** Settles when everything so far is stored: one change after the other. */
  #stored: Promise<unknown> = Promise.resolve()
  #lastCreatedAt = 0
  #isClosed = false

  constructor(private readonly options: OutboxOptions) {}

  /**
   * Uses the part of the storage that belongs to this account, and takes over what was left there.
   * @param account names the site and the user
   */
  open(account: string): void {
    const prefix = `parley-outbox:${account}:`
    if (prefix === this.#prefix) return
    // What another user wrote stays in the storage for the next time.
    if (this.#prefix !== undefined) this.#messages.clear()
    this.#prefix = prefix
    for (const message of this.#messages.values()) this.#keep(message)
    this.#loading = this.#load().catch(() => {
      // Without a storage that works the outbox lives as long as the page.
    })
  }

  /** Puts a message into the outbox and begins to send it. */
  send(chat: Chat, content: string, quoteMid = 0): OutboxMessage {
    const message: OutboxMessage = {
      id: newId(),
      chat,
      content,
      quote_mid: quoteMid,
      createdAt: this.#now(),
      state: 'sending',
      tries: 0,
    }
    this.#set(message)
    void this.#run(chatKey(chat))
    return message
  }

  /** The messages that are being sent or have failed, in the order in which they go out. */
  list(): OutboxMessage[] {
    return [...this.#messages.values()].sort((one, other) => one.createdAt - other.createdAt)
  }

  /**
   * Tries a failed message again, after those written meanwhile; without its quote when the server has refused it so: what was
   * quoted is gone.
   * @returns the message; undefined when none has failed
   */
  resend(id: string): OutboxMessage | undefined {
    const message = this.#messages.get(id)
    if (message?.state !== 'failed') return undefined
    const { error, ...rest } = message
    const quote_mid = error?.code === QUOTE_INVALID ? 0 : message.quote_mid
    const again: OutboxMessage = { ...rest, quote_mid, state: 'sending', tries: 0, createdAt: this.#now() }
    this.#set(again)
    void this.#run(chatKey(again.chat))
    return again
  }

  /** Takes a message out of the outbox. One that is just being sent may arrive all the same. */
  discard(id: string): void {
    const message = this.#messages.get(id)
    if (!message) return
    this.#remove(message, 'discarded')
    this.#pauses.get(chatKey(message.chat))?.()
  }

  /** A message of this user was pushed: if it is one of these, it has been sent, whether its answer came or not. */
  confirm(id: string | undefined, { mid, seq }: Stored): void {
    const message = id === undefined ? undefined : this.#messages.get(id)
    if (message) this.#remove({ ...message, mid, seq }, 'sent')
  }

  /** The connection is back: waits no longer. */
  wake(): void {
    for (const end of [...this.#pauses.values()]) end()
  }

  /** Sends nothing more. */
  close(): void {
    this.#isClosed = true
    this.wake()
    this.#owners.release()
  }

  /** Sends what a chat has, one after the other. */
  async #run(key: string): Promise<void> {
    if (this.#running.has(key)) return
    this.#running.add(key)
    // What an earlier page left goes first.
    await this.#loading
    let attempt = 0
    for (let next = this.#next(key); next && !this.#isClosed; next = this.#next(key))
      attempt = (await this.#try(next, attempt)) ? 0 : attempt + 1
    this.#running.delete(key)
  }

  #next(key: string): OutboxMessage | undefined {
    return this.list().find(({ chat, state }) => state === 'sending' && chatKey(chat) === key)
  }

  /** @returns false when it waited and has to be tried again */
  async #try(message: OutboxMessage, attempt: number): Promise<boolean> {
    const { deliver, isOnline, timings } = this.options
    let failure: unknown
    try {
      this.confirm(message.id, await deliver(message))
      return true
    } catch (error) {
      failure = error
    }
    // Discarded meanwhile, or pushed before the answer was lost.
    const current = this.#messages.get(message.id)
    if (current?.state !== 'sending' || this.#isClosed) return true
    const verdict = judge(failure, { isOnline: isOnline(), attempt, timings })
    const tries = current.tries + (verdict.retry && !verdict.counts ? 0 : 1)
    if (!verdict.retry || tries >= TRIES_MAX) {
      this.#set({ ...current, tries, state: 'failed', error: describe(failure) })
      return true
    }
    if (tries !== current.tries) this.#set({ ...current, tries })
    await this.#pause(chatKey(current.chat), verdict.ms)
    return false
  }

  #pause(key: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#pauses.delete(key)
        resolve()
      }
      const timer = Number.isFinite(ms) ? setTimeout(end, ms) : undefined
      this.#pauses.set(key, end)
    })
  }

  #set(message: OutboxMessage): void {
    this.#messages.set(message.id, message)
    this.#keep(message)
    this.options.changed(message)
  }

  #remove(message: OutboxMessage, state: OutboxState): void {
    this.#messages.delete(message.id)
    if (this.#prefix !== undefined) this.#store(() => this.options.storage.delete(this.#prefix + message.id))
    this.options.changed({ ...message, state })
  }

  #keep(message: OutboxMessage): void {
    if (this.#prefix === undefined) return
    const kept: Kept = { owner: this.#me, message }
    this.#store(() => this.options.storage.set(this.#prefix + message.id, JSON.stringify(kept)))
  }

  /** A storage that is full or forbidden costs the safety of the unsent, not the sending. */
  #store(work: () => unknown): void {
    this.#stored = this.#stored.then(work).catch(() => {})
  }

  async #load(): Promise<void> {
    const owners = new Set((await this.#kept()).map(({ owner }) => owner))
    await Promise.all([...owners].map((owner) => this.#owners.inherit(owner, () => this.#takeOver(owner))))
  }

  async #takeOver(owner: string): Promise<void> {
    // Read anew: somebody else may have been quicker.
    const left = (await this.#kept()).filter((kept) => kept.owner === owner)
    if (this.#isClosed) return
    for (const { message } of left) {
      if (this.#messages.has(message.id)) continue
      this.#lastCreatedAt = Math.max(this.#lastCreatedAt, message.createdAt)
      this.#set(message)
      // Not at once: what is older may be among those that follow.
      if (message.state === 'sending') queueMicrotask(() => void this.#run(chatKey(message.chat)))
    }
  }

  async #kept(): Promise<Kept[]> {
    const texts = await this.options.storage.list(this.#prefix ?? '')
    return texts.flatMap(([, text]) => readKept(text))
  }

  /** Rises by 1 at least, so that it orders the messages. */
  #now(): number {
    this.#lastCreatedAt = Math.max(Date.now(), this.#lastCreatedAt + 1)
    return this.#lastCreatedAt
  }
}

function readKept(text: string): Kept[] {
  try {
    const kept = JSON.parse(text) as Kept
    return typeof kept.owner === 'string' && typeof kept.message.chat.id === 'number' ? [kept] : []
  } catch {
    return []
  }
}

/** 128 random bits; `crypto.randomUUID` is missing on sites without https. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
