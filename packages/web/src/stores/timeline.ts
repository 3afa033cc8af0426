import type { Chat, ParleyClient } from '@parley/client'
import { computed, type Ref, ref, shallowRef } from 'vue'
import { fromRow, type Message, merge, renew } from './message.ts'

/** Messages asked for at a time: when a chat opens, and while somebody scrolls through it. */
const PAGE = 40
const PAGE_ON = 100
/** Messages read again at a time. */
const PAGE_AGAIN = 200
/** When the window on the history is longer than this, what is far from its used end is let go. */
const WINDOW_MAX = 12_000
/** Several messages of the other person are one reason to ask how far they have read. */
const PEER_SETTLE_MS = 200

export type Loading = 'first' | 'older' | 'newer' | 'jump'

/** Why a page could not be read. */
interface Failure {
  readonly error: unknown
  readonly during: Loading
  /** Reads it again. */
  retry(): Promise<void>
}

/** What was told while a page was being read: the page may be older than that. */
interface Meanwhile {
  readonly arrived: Message[]
  readonly changes: (() => void)[]
}

type Work = (meanwhile: Meanwhile) => Promise<void>

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
  /** The last reading has failed. Jumps are not kept here: who jumps is told. */
  readonly error = shallowRef<Failure>()
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
  /** Changes may have been missed since it was read. */
  #isOutdated = false
  #refreshing: Promise<void> | undefined
  /** How far pages reach; what follows was pushed, or sent from here, and there may be something before it. */
  #readTo = 0
  /** Up to this `seq` everything was asked for. What is not there was deleted. */
  #completeTo = 0
  /** Counts the parts of the history that were in the window. */
  #parts = 0
  /** The readings that are under way. */
  readonly #readings = new Set<Meanwhile>()

  /** @param newest what was the newest `seq` when messages began to be handed out; 0 while they are not */
  constructor(
    readonly chat: Chat,
    private readonly client: Pick<ParleyClient, 'call'>,
    private readonly newest: () => number = () => 0,
  ) {}

  /** Reads the newest page; what is here already is brought up to date if need be. Nothing is marked as read by that. */
  async open(): Promise<void> {
    if (this.loading.value) return
    if (this.fresh.value) {
      if (!this.#isOutdated) return
      const isWhole = await this.#readMissed()
      await this.refresh()
      // The next opening tries again.
      if (!isWhole) this.#isOutdated = true
      return
    }
    await this.#during('first', async (meanwhile) => {
      await this.#readEnd(meanwhile)
      if (this.chat.type === 'friend') void this.#readPeer()
    })
  }

  /** Changes may have been missed: the next `open` or `refresh` brings it up to date. */
  outdated(): void {
    this.#isOutdated = true
  }

  /**
   * Reads what is here again, in its place: what was changed while nobody told is changed, what is gone goes, and nothing moves.
   * New messages come by themselves.
   */
  async refresh(): Promise<void> {
    this.#isOutdated = true
    this.#refreshing ??= this.#readAgain().finally(() => {
      this.#refreshing = undefined
    })
    await this.#refreshing
  }

  /**
   * What was written after the first page was read, and before messages began to be handed out, comes from nobody: reads it.
   */
  async complete(): Promise<void> {
    if (!this.fresh.value || !this.atEnd.value || this.loading.value) return
    const [newest, before] = [this.newest(), this.#completeTo]
    if (newest <= Math.max(this.#readTo, before)) return
    this.#completeTo = newest
    if (this.#readTo === 0) await this.reload()
    else if (!(await this.#readMissed(this.#readTo))) this.#completeTo = before
  }

  /** Reads the newest page anew, after messages were missed. */
  async reload(): Promise<void> {
    await this.#during('first', (meanwhile) => this.#readEnd(meanwhile))
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
      const rows = await this.client.call('message/get', {
        ...this.#address,
        ...{ limit: PAGE_ON, mid: first.mid, peek: 1 },
      })
      // The window has gone elsewhere meanwhile: what came does not join it.
      if (this.#sent.value[0]?.mid !== first.mid) return
      this.#sent.value = merge(this.#sent.value, rows.map(fromRow))
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
   * @throws ParleyError, NetworkError
   */
  async jumpTo(mid: number): Promise<string | undefined> {
    const here = this.find(mid)
    if (here) return here.key
    await this.#jump(async (meanwhile) => {
      const page = await this.client.call('message/around', { ...this.#address, mid, limit: PAGE * 2 })
      this.#replace(page.messages.map(fromRow), page.before === 1, page.after === 0, meanwhile)
    })
    return this.find(mid)?.key
  }

  /**
   * Shows the history from what follows `seq`, with some before it.
   * @returns the key of the first one after it
   * @throws ParleyError, NetworkError
   */
  async jumpAfter(seq: number): Promise<string | undefined> {
    if (!this.#has(seq)) {
      await this.#jump(async (meanwhile) => {
        const from = Math.max(0, seq - PAGE / 2)
        const page = await this.client.call('message/since', { ...this.#address, seq: from, limit: PAGE * 2 })
        this.#replace(page.messages.map(fromRow), from > 0, page.more === 0, meanwhile)
      })
    }
    return this.#sent.value.find((message) => message.seq > seq)?.key
  }

  /** Back to the newest messages. @throws ParleyError, NetworkError */
  async jumpToEnd(): Promise<void> {
    if (this.atEnd.value) return
    await this.#jump((meanwhile) => this.#readEnd(meanwhile))
  }

  find(mid: number): Message | undefined {
    return mid === 0 ? undefined : this.#sent.value.find((message) => message.mid === mid)
  }

  /** A message that was pushed. It is left out when the window is elsewhere. `outboxId`: it was written here. */
  arrived(message: Message, outboxId?: string): void {
    if (outboxId !== undefined)
      this.#unsent.value = this.#unsent.value.filter((own) => own.outboxId !== outboxId)
    this.#append(outboxId === undefined ? message : { ...message, key: `o${outboxId}` })
    if (message.from === this.chat.id && !message.auto && !message.notice) this.#readPeerSoon()
  }

  /** A message of the outbox has changed. */
  pending(message: Message, gone = false): void {
    const others = this.#unsent.value.filter((own) => own.outboxId !== message.outboxId)
    if (gone) this.#unsent.value = others
    else if (message.state === 'sent') {
      this.#unsent.value = others
      this.#append(message)
    } else {
      const at = this.#unsent.value.findIndex((own) => own.outboxId === message.outboxId)
      this.#unsent.value = at < 0 ? [...others, message] : this.#unsent.value.with(at, message)
    }
  }

  /** Changes one message and leaves the others; undefined takes it out. */
  change(mid: number, change: (message: Message) => Message | undefined): void {
    this.#again(() => this.change(mid, change))
    this.#sent.value = this.#sent.value.flatMap((message) =>
      message.mid === mid ? (change(message) ?? []) : message,
    )
  }

  /** What a quoted message said is not to be read any more. */
  forgetQuote(mid: number, text: string): void {
    this.#again(() => this.forgetQuote(mid, text))
    if (this.#sent.value.some((message) => message.quoteMid === mid))
      this.#sent.value = this.#sent.value.map((message) =>
        message.quoteMid === mid ? { ...message, quoteMid: 0, quoteText: text } : message,
      )
  }

  /** The user has deleted the chat up to `seq`, here or on another device: nothing older is left to read or to load. */
  cleared(seq: number): void {
    this.#again(() => this.cleared(seq))
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

  async #readEnd(meanwhile: Meanwhile): Promise<void> {
    const newest = this.newest()
    const rows = await this.client.call('message/get', {
      ...this.#address,
      ...{ limit: PAGE, peek: 1 },
    })
    this.#replace(rows.map(fromRow), rows.length > 0 && rows[0]!.seq > 1, true, meanwhile)
    this.fresh.value = true
    this.#completeTo = Math.max(this.#completeTo, newest)
  }

  async #readSince(seq: number): Promise<void> {
    const page = await this.client.call('message/since', { ...this.#address, seq, limit: PAGE_ON })
    // The window has gone elsewhere meanwhile: what came does not join it.
    if (this.#sent.value.at(-1)?.seq !== seq) return
    this.#sent.value = merge(this.#sent.value, page.messages.map(fromRow))
    this.#readTo = page.messages.at(-1)?.seq ?? seq
    this.atEnd.value = page.more === 0
  }

  /**
   * Nobody hands on what was missed in a chat that is not in the list: one that was read and put away on another device.
   * Where too much was missed to go on from, the newest page takes the place of what is here.
   * @returns false when it could not be read
   */
  async #readMissed(seq = this.#sent.value.at(-1)?.seq): Promise<boolean> {
    if (seq === undefined || !this.atEnd.value) return true
    const part = this.#parts
    try {
      await this.#loading('first', async (meanwhile) => {
        const page = await this.client.call('message/since', { ...this.#address, seq, limit: PAGE_AGAIN })
        // The window has gone elsewhere meanwhile.
        if (part !== this.#parts) return
        if (page.more === 1) await this.#readEnd(meanwhile)
        else if (page.messages.length > 0) {
          this.#sent.value = merge(this.#sent.value, page.messages.map(fromRow))
          this.#readTo = page.messages.at(-1)!.seq
        }
      })
      return true
    } catch {
      return false
    }
  }

  async #readAgain(): Promise<void> {
    try {
      while (this.#isOutdated && this.fresh.value) {
        this.#isOutdated = false
        await this.#watching(() => this.#readAgainOnce())
      }
      if (this.chat.type === 'friend') await this.#readPeer()
    } catch {
      // The next connection brings it about again.
      this.#isOutdated = true
    }
  }

  async #readAgainOnce(): Promise<void> {
    const sent = this.#sent.value
    if (sent.length === 0) return
    const last = sent.at(-1)!.seq
    for (let seq = sent[0]!.seq - 1; seq < last; ) {
      const page = await this.client.call('message/since', { ...this.#address, seq, limit: PAGE_AGAIN })
      const through = page.more === 1 ? Math.min(last, page.through_seq) : last
      this.#renew(seq, through, page.messages.map(fromRow))
      seq = through
    }
  }

  /** Puts what the server has now between two places (the first excluded) into the window, as far as that has them. */
  #renew(after: number, through: number, now: readonly Message[]): void {
    const sent = this.#sent.value
    const [first, last] = [sent[0]?.seq ?? 0, sent.at(-1)?.seq ?? 0]
    const known = new Map(sent.map((message) => [message.seq, message]))
    const renewed = now
      .filter(({ seq }) => seq >= first && seq <= Math.min(through, last))
      .map((message) => {
        const old = known.get(message.seq)
        return old ? renew(old, message) : message
      })
    const before = sent.filter(({ seq }) => seq <= after)
    const next = [...before, ...renewed, ...sent.filter(({ seq }) => seq > through)]
    const isSame = next.length === sent.length && next.every((message, index) => message === sent[index])
    if (!isSame) this.#sent.value = next
  }

  async #readPeer(): Promise<void> {
    const { seq } = await this.client
      .call('message/readstate', { id: this.chat.id, type: 'friend' })
      .catch(() => ({ seq: 0 }))
    this.peerReadSeq.value = Math.max(this.peerReadSeq.value, seq)
  }

  #peerTimer: ReturnType<typeof setTimeout> | undefined
  /** Who writes has read, and nobody pushes that. Whether the user may know it is for the server to say. */
  #readPeerSoon(): void {
    if (this.chat.type !== 'friend' || !this.fresh.value) return
    this.#peerTimer ??= setTimeout(() => {
      this.#peerTimer = undefined
      void this.#readPeer()
    }, PEER_SETTLE_MS)
  }

  /** Puts another part of the history into the window; messages that were known keep their keys. */
  #replace(messages: readonly Message[], hasOlder: boolean, atEnd: boolean, { arrived }: Meanwhile): void {
    const keys = new Map([...this.#sent.value, ...arrived].map(({ mid, key }) => [mid, key]))
    this.#sent.value = messages.map((message) => ({ ...message, key: keys.get(message.mid) ?? message.key }))
    this.#readTo = messages.at(-1)?.seq ?? 0
    this.#parts++
    this.hasOlder.value = hasOlder
    this.atEnd.value = atEnd
    this.ready.value = true
  }

  /** The chat has a new message: it is in the window when that reaches to the end. */
  #append(message: Message): void {
    for (const { arrived } of this.#readings) arrived.push(message)
    if (this.ready.value && this.atEnd.value) this.#sent.value = merge(this.#sent.value, [message])
  }

  /** Does something to the pages that are being read, too. */
  #again(change: () => void): void {
    for (const { changes } of this.#readings) changes.push(change)
  }

  /** Brings the page that was read up to date. */
  #join({ arrived, changes }: Meanwhile): void {
    const last = this.#sent.value.at(-1)?.seq ?? 0
    if (this.ready.value && this.atEnd.value)
      for (const message of arrived)
        if (message.seq > last) this.#sent.value = merge(this.#sent.value, [message])
    for (const change of changes) change()
  }

  /** Reads a page; a failure is kept in `error`. */
  async #during(what: Exclude<Loading, 'jump'>, work: Work): Promise<void> {
    try {
      await this.#loading(what, work)
    } catch (error) {
      this.error.value = { error, during: what, retry: () => this.#during(what, work) }
    }
  }

  /** Reads another part of the history; a failure is thrown, and nothing has changed. */
  async #jump(work: Work): Promise<void> {
    await this.#loading('jump', work)
  }

  async #loading(what: Loading, work: Work): Promise<void> {
    this.loading.value = what
    this.error.value = undefined
    try {
      await this.#watching(work)
    } finally {
      this.loading.value = undefined
    }
    void this.complete()
  }

  /** What is told while something is being read is not undone by what was read. */
  async #watching(work: Work): Promise<void> {
    const meanwhile: Meanwhile = { arrived: [], changes: [] }
    this.#readings.add(meanwhile)
    try {
      await work(meanwhile)
    } finally {
      this.#readings.delete(meanwhile)
      this.#join(meanwhile)
    }
  }
}
