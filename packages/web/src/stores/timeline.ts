import type { Chat } from '@parley/client'
import { computed, type Ref, ref, shallowRef } from 'vue'
import { client } from '@/sdk.ts'
import { fromRow, type Message } from './message.ts'

/** Messages asked for at a time: when a chat opens, and while somebody scrolls through it. */
const PAGE = 40
const PAGE_ON = 100
/** When the window on the history is longer than this, what is far from its used end is let go. */
const WINDOW_MAX = 12_000

export type Loading = 'first' | 'older' | 'newer' | 'jump'

/**
 * The part of a conversation that this page has: a window on its history, without holes, and what is on its way behind it.
 * Kept in order of `seq`.
 */
export class Timeline {
  readonly #sent: Ref<readonly Message[]> = shallowRef([])
  readonly #unsent: Ref<readonly Message[]> = shallowRef([])
  /** All messages in order: the sent ones, then those on their way. */
  readonly items = computed(() => [...this.#sent.value, ...(this.atEnd.value ? this.#unsent.value : [])])
  readonly loading = ref<Loading>()
  /** The error of the last reading, and what to do again. */
  readonly error = shallowRef<{ error: unknown; during: Loading }>()
  /** A first page is here: from the server, or from what was kept on this device. */
  readonly ready = ref(false)
  /** The first page came from the server. */
  readonly fresh = ref(false)
  /** There are older messages. */
  readonly hasOlder = ref(true)
  /** The window reaches to the newest message. */
  readonly atEnd = ref(true)
  /** One-to-one chats: how far the other person has read. */
  readonly peerReadSeq = ref(0)

  constructor(readonly chat: Chat) {}

  /** Reads the newest page, unless it is here. `peek`: nothing is marked as read. */
  async open({ peek = false } = {}): Promise<void> {
    if (this.fresh.value || this.loading.value) return
    await this.#during('first', async () => {
      await this.#readEnd(peek)
    })
    if (this.chat.type === 'friend') void this.#readPeer()
  }

  /** Reads the newest page anew, after messages were missed. */
  async reload(): Promise<void> {
    await this.#during('first', () => this.#readEnd(true))
  }

  /** Shows what was kept on this device, until the server has answered. */
  restore(messages: readonly Message[]): void {
    if (this.ready.value || messages.length === 0) return
    this.#sent.value = messages
    this.ready.value = true
  }

  async loadOlder(): Promise<void> {
    const first = this.#sent.value[0]
    if (!first || !this.hasOlder.value || this.loading.value) return
    await this.#during('older', async () => {
      const rows = await client.call('message/get', {
        ...this.#address,
        ...{ limit: PAGE_ON, mid: first.mid, peek: 1 },
      })
      // The window has gone elsewhere meanwhile: what came does not join it.
      if (this.#sent.value[0]?.mid !== first.mid) return
      this.#insert(rows.map(fromRow))
      this.hasOlder.value = rows.length > 0
      const sent = this.#sent.value
      if (sent.length > WINDOW_MAX) {
        this.#sent.value = sent.slice(0, WINDOW_MAX / 2)
        this.atEnd.value = false
      }
    })
  }

  async loadNewer(): Promise<void> {
    const last = this.#sent.value.at(-1)
    if (!last || this.atEnd.value || this.loading.value) return
    await this.#during('newer', () => this.#readSince(last.seq))
  }

  /**
   * Sees to it that a message is in the window, with some around it.
   * @returns its key; undefined when it is not there any more
   */
  async jumpTo(mid: number): Promise<string | undefined> {
    const here = this.find(mid)
    if (here) return here.key
    await this.#during('jump', async () => {
      const page = await client.call('message/around', { ...this.#address, mid, limit: PAGE * 2 })
      this.#replace(page.messages.map(fromRow), page.before === 1, page.after === 0)
    })
    return this.find(mid)?.key
  }

  /** Shows the history from what follows `seq`, with some before it. @returns the key of the first one after it */
  async jumpAfter(seq: number): Promise<string | undefined> {
    if (!this.#has(seq)) {
      await this.#during('jump', async () => {
        const from = Math.max(0, seq - PAGE / 2)
        const page = await client.call('message/since', { ...this.#address, seq: from, limit: PAGE * 2 })
        this.#replace(page.messages.map(fromRow), from > 0, page.more === 0)
      })
    }
    return this.#sent.value.find((message) => message.seq > seq)?.key
  }

  /** Back to the newest messages. */
  async jumpToEnd(): Promise<void> {
    if (this.atEnd.value) return
    await this.#during('jump', () => this.#readEnd(true))
  }

  find(mid: number): Message | undefined {
    return mid === 0 ? undefined : this.#sent.value.find((message) => message.mid === mid)
  }

  /** A message that was pushed. It is left out when the window is elsewhere. `outboxId`: it was written here. */
  arrived(message: Message, outboxId?: string): void {
    if (outboxId !== undefined)
      this.#unsent.value = this.#unsent.value.filter((own) => own.outboxId !== outboxId)
    if (!this.ready.value || !this.atEnd.value) return
    this.#insert([outboxId === undefined ? message : { ...message, key: `o${outboxId}` }])
  }

  /** A message of the outbox has changed. */
  pending(message: Message, gone = false): void {
    const others = this.#unsent.value.filter((own) => own.outboxId !== message.outboxId)
    if (gone) this.#unsent.value = others
    else if (message.state === 'sent') {
      this.#unsent.value = others
      if (this.ready.value && this.atEnd.value) this.#insert([message])
    } else {
      const at = this.#unsent.value.findIndex((own) => own.outboxId === message.outboxId)
      this.#unsent.value = at < 0 ? [...others, message] : this.#unsent.value.with(at, message)
    }
  }

  /** Changes one message and leaves the others; undefined takes it out. */
  change(mid: number, change: (message: Message) => Message | undefined): void {
    this.#sent.value = this.#sent.value.flatMap((message) =>
      message.mid === mid ? (change(message) ?? []) : message,
    )
  }

  /** What a quoted message said is not to be read any more. */
  forgetQuote(mid: number, text: string): void {
    if (this.#sent.value.some((message) => message.quoteMid === mid))
      this.#sent.value = this.#sent.value.map((message) =>
        message.quoteMid === mid ? { ...message, quoteMid: 0, quoteText: text } : message,
      )
  }

  /** The user has deleted the chat up to `seq`, here or on another device: nothing older is left to read or to load. */
  cleared(seq: number): void {
    const left = this.#sent.value.filter((message) => message.seq > seq)
    // Every later change of the chat tells of it again.
    if (left.length === this.#sent.value.length) return
    this.#sent.value = left
    this.hasOlder.value = false
    // Without a message of its own a window in the middle of the history would not find its way to the end.
    if (left.length === 0 && !this.atEnd.value) void this.reload()
  }

  /** The newest messages, for a copy on this device. */
  tail(count: number): readonly Message[] {
    return this.atEnd.value ? this.#sent.value.slice(-count) : []
  }

  get #address() {
    return { id: this.chat.id, type: this.chat.type }
  }

  #has(seq: number): boolean {
    const sent = this.#sent.value
    return sent.length > 0 && (sent[0]!.seq <= seq || !this.hasOlder.value) && sent.at(-1)!.seq >= seq
  }

  async #readEnd(peek: boolean): Promise<void> {
    const rows = await client.call('message/get', {
      ...this.#address,
      ...{ limit: PAGE, ...(peek ? { peek: 1 } : {}) },
    })
    this.#replace(rows.map(fromRow), rows.length > 0 && rows[0]!.seq > 1, true)
    this.fresh.value = true
  }

  async #readSince(seq: number): Promise<void> {
    const page = await client.call('message/since', { ...this.#address, seq, limit: PAGE_ON })
    // The window has gone elsewhere meanwhile: what came does not join it.
    if (this.#sent.value.at(-1)?.seq !== seq) return
    this.#insert(page.messages.map(fromRow))
    this.atEnd.value = page.more === 0
  }

  async #readPeer(): Promise<void> {
    const { seq } = await client
      .call('message/readstate', { id: this.chat.id, type: 'friend' })
      .catch(() => ({ seq: 0 }))
    this.peerReadSeq.value = Math.max(this.peerReadSeq.value, seq)
  }

  /** Puts another part of the history into the window; messages that are in both keep their keys. */
  #replace(messages: readonly Message[], hasOlder: boolean, atEnd: boolean): void {
    const keys = new Map(this.#sent.value.map(({ mid, key }) => [mid, key]))
    this.#sent.value = messages.map((message) => ({ ...message, key: keys.get(message.mid) ?? message.key }))
    this.hasOlder.value = hasOlder
    this.atEnd.value = atEnd
    this.ready.value = true
  }

  /** Adds messages to the window; of one that is there already the new form counts, under the old key. */
  #insert(messages: readonly Message[]): void {
    if (messages.length === 0) return
    const sent = this.#sent.value
    if (sent.length === 0 || messages[0]!.seq > sent.at(-1)!.seq) {
      this.#sent.value = [...sent, ...messages]
      return
    }
    if (messages.at(-1)!.seq < sent[0]!.seq) {
      this.#sent.value = [...messages, ...sent]
      return
    }
    const bySeq = new Map(sent.map((message) => [message.seq, message]))
    for (const message of messages) {
      const known = bySeq.get(message.seq)
      bySeq.set(message.seq, known ? { ...message, key: known.key } : message)
    }
    this.#sent.value = [...bySeq.values()].sort((a, b) => a.seq - b.seq)
  }

  async #during(what: Loading, work: () => Promise<void>): Promise<void> {
    this.loading.value = what
    this.error.value = undefined
    try {
      await work()
    } catch (error) {
      this.error.value = { error, during: what }
    } finally {
      this.loading.value = undefined
    }
  }
}
