import type { Chat, UploadKind, UploadResult } from '@parley/client'

export type AttachmentKind = 'image' | 'video' | 'file' | 'voice'

/** What is known of an attachment beside its bytes. */
interface Facts {
  readonly name: string
  /** Pixels. */
  readonly width?: number
  readonly height?: number
  readonly seconds?: number
  /** An object URL; from now on the queue's, which revokes it. */
  readonly previewUrl?: string
}

/** Something that was chosen to be sent, ready to be uploaded. */
export interface NewAttachment extends Facts {
  readonly kind: AttachmentKind
  readonly blob: Blob
  /** For people: `2.41 MB`. */
  readonly sizeText: string
  /** Waveform of a voice message. */
  readonly peaks?: readonly number[]
  /** A picture that is to keep its size. */
  readonly original?: boolean
  /** The message that it becomes, once it has an address. */
  contentOf(result: UploadResult): string
}

/** An attachment on its way, as a conversation shows it. A new object at each change. */
export interface Attachment extends Facts {
  readonly id: string
  readonly kind: AttachmentKind
  readonly sizeText: string
  readonly peaks?: readonly number[]
  /** When it was added, ms since 1970. */
  readonly at: number
  /** `preparing`: it waits for its turn. */
  readonly state: 'preparing' | 'uploading' | 'failed'
  /** Of the upload, 0 to 1. */
  readonly progress: number
  /** It goes on by itself when the connection is back. */
  readonly waiting: boolean
  /** `failed`: why, for people. */
  readonly error?: string
}

/** A message to quote: `text` is its raw content, `name` who wrote it. */
export interface Quoted {
  readonly mid: number
  readonly name: string
  readonly text: string
}

/** Goes with a group of attachments. */
export interface Accompaniment {
  /** Sent as a text behind them. */
  readonly caption?: string
  /** Words that the file is made of. */
  readonly text?: string
  /** Goes with the first of them. */
  readonly quote?: Quoted
}

export interface QueueOptions {
  upload(
    kind: UploadKind,
    blob: Blob,
    options: {
      name: string
      original: boolean
      signal: AbortSignal
      onProgress: (sent: number, total: number) => void
    },
  ): Promise<UploadResult>
  send(chat: Chat, content: string, quote?: Quoted): void
  /** Keeps words that are not sent yet, should the page end. @returns what ends that */
  hold(chat: Chat, words: string): () => void
  /** All attachments of the chat were cancelled: what was to go with them is the writer's again. */
  giveBack(chat: Chat, rest: Accompaniment): void
  changed(chat: Chat, list: readonly Attachment[]): void
  /** The text of a refusal when the site does not take so much; undefined when it does. */
  tooLarge(kind: AttachmentKind, bytes: number): string | undefined
  /** Whether it is the network that failed, so that trying again may help. */
  isTrouble(error: unknown): boolean
  explain(error: unknown): string
  isOnline(): boolean
  /** Resolves when there is a connection. @throws the signal's reason */
  online(signal: AbortSignal): Promise<void>
  /** @throws the signal's reason */
  pause(ms: number, signal: AbortSignal): Promise<void>
  /** Frees an object URL. */
  release(url: string): void
  now(): number
}

/** Attachments that were sent off together. */
interface Batch {
  readonly chat: Chat
  caption: string
  /** What the writer has written, as caption or as file. */
  readonly words: string
  /** The words are sent, or back in the box. */
  release(): void
  quote: Quoted | undefined
  sent: number
  /** Not sent and not cancelled: those that have failed, too. */
  readonly open: Set<Entry>
}

interface Entry {
  readonly item: NewAttachment
  readonly batch: Batch
  shown: Attachment
  turn: 'waiting' | 'now' | 'failed'
  abort: AbortController
}

/** What to wait before trying again while there seems to be a connection, ms. */
const RETRY_MS = [1000, 3000]

/**
 * Uploads what was chosen, and sends the messages: in each chat one after the other, in the order in which
 * they were added. One that has failed waits for its writer and does not keep the others.
 */
export class AttachmentQueue {
  readonly #lists = new Map<string, Entry[]>()
  readonly #running = new Set<string>()
  #lastId = 0

  constructor(private readonly options: QueueOptions) {}

  /** How many are not sent. */
  get size(): number {
    return [...this.#lists.values()].reduce((sum, list) => sum + list.length, 0)
  }

  add(
    chat: Chat,
    items: readonly NewAttachment[],
    { caption = '', text = '', quote }: Accompaniment = {},
  ): void {
    if (items.length === 0) return
    const words = caption || text
    const release = words ? this.options.hold(chat, words) : () => {}
    const batch: Batch = { chat, caption, words, release, quote, sent: 0, open: new Set() }
    const key = keyOf(chat)
    const list = this.#lists.get(key) ?? []
    for (const item of items) {
      const { kind, name, sizeText, peaks } = item
      const shown: Attachment = {
        ...{ id: `a${++this.#lastId}`, kind, name, sizeText, ...factsOf(item), ...(peaks ? { peaks } : {}) },
        ...{ at: this.options.now(), state: 'preparing', progress: 0, waiting: false },
      }
      const entry: Entry = { item, batch, shown, turn: 'waiting', abort: new AbortController() }
      batch.open.add(entry)
      list.push(entry)
    }
    this.#lists.set(key, list)
    this.#tell(chat)
    void this.#run(key)
  }

  /** Takes one out, whatever became of it. */
  cancel(id: string): void {
    const entry = this.#find(id)
    if (!entry) return
    entry.abort.abort()
    this.#remove(entry)
    this.#settle(entry.batch)
  }

  /** Tries a failed one again. */
  retry(id: string): void {
    const entry = this.#find(id)
    if (entry?.turn !== 'failed') return
    entry.turn = 'waiting'
    entry.abort = new AbortController()
    const { error: _, ...rest } = entry.shown
    this.#show(entry, { ...rest, state: 'preparing', progress: 0 })
    void this.#run(keyOf(entry.batch.chat))
  }

  async #run(key: string): Promise<void> {
    if (this.#running.has(key)) return
    this.#running.add(key)
    for (let next = this.#next(key); next; next = this.#next(key)) await this.#process(next)
    this.#running.delete(key)
  }

  #next(key: string): Entry | undefined {
    return this.#lists.get(key)?.find(({ turn }) => turn === 'waiting')
  }

  async #process(entry: Entry): Promise<void> {
    const { batch, item } = entry
    const { signal } = entry.abort
    entry.turn = 'now'
    const refusal = this.options.tooLarge(item.kind, item.blob.size)
    if (refusal) return this.#fail(entry, refusal)
    try {
      const result = await this.#upload(entry, signal)
      signal.throwIfAborted()
      this.options.send(batch.chat, item.contentOf(result), batch.quote)
      batch.quote = undefined
      batch.sent++
      this.#remove(entry)
    } catch (error) {
      if (!signal.aborted) this.#fail(entry, this.options.explain(error))
      return
    }
    this.#settle(batch)
  }

  #fail(entry: Entry, error: string): void {
    entry.turn = 'failed'
    this.#show(entry, { ...entry.shown, state: 'failed', waiting: false, error })
    this.#settle(entry.batch)
  }

  async #upload(entry: Entry, signal: AbortSignal): Promise<UploadResult> {
    const { blob, name, original = false } = entry.item
    const kind = entry.item.kind === 'image' ? 'img' : 'file'
    const onProgress = (sent: number, total: number) =>
      this.#show(entry, { ...entry.shown, progress: total > 0 ? Math.min(1, sent / total) : 0 })
    for (let attempt = 0; ; ) {
      if (!this.options.isOnline()) {
        this.#show(entry, { ...entry.shown, state: 'uploading', progress: 0, waiting: true })
        await this.options.online(signal)
      }
      this.#show(entry, { ...entry.shown, state: 'uploading', progress: 0, waiting: false })
      try {
        return await this.options.upload(kind, blob, { name, original, signal, onProgress })
      } catch (error) {
        signal.throwIfAborted()
        if (!this.options.isTrouble(error)) throw error
        if (this.options.isOnline() && attempt >= RETRY_MS.length) throw error
        // Whether the connection is lost may be known only a moment later.
        await this.options.pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!, signal)
        if (this.options.isOnline()) attempt++
      }
    }
  }

  /** A message is gone: nothing that is on its way quotes it any more. */
  forgetQuote(mid: number): void {
    for (const { batch } of [...this.#lists.values()].flat())
      if (batch.quote?.mid === mid) batch.quote = undefined
  }

  /** Sends what goes with a batch, when nothing of it is on its way any more. */
  #settle(batch: Batch): void {
    if ([...batch.open].some(({ turn }) => turn !== 'failed')) return
    const { chat, caption, words, quote, sent } = batch
    if (sent === 0 && batch.open.size > 0) return
    if (sent > 0 && caption) {
      batch.caption = ''
      this.options.send(chat, caption)
    } else if (sent === 0 && (words || quote))
      this.options.giveBack(chat, { caption: words, ...(quote ? { quote } : {}) })
    batch.release()
  }

  #remove(entry: Entry): void {
    const { batch, shown } = entry
    const key = keyOf(batch.chat)
    batch.open.delete(entry)
    this.#lists.set(
      key,
      (this.#lists.get(key) ?? []).filter((other) => other !== entry),
    )
    this.#tell(batch.chat)
    if (shown.previewUrl) this.options.release(shown.previewUrl)
  }

  #find(id: string): Entry | undefined {
    for (const list of this.#lists.values()) {
      const found = list.find(({ shown }) => shown.id === id)
      if (found) return found
    }
    return undefined
  }

  #show(entry: Entry, shown: Attachment): void {
    if (!entry.batch.open.has(entry)) return
    entry.shown = shown
    this.#tell(entry.batch.chat)
  }

  #tell(chat: Chat): void {
    this.options.changed(
      chat,
      (this.#lists.get(keyOf(chat)) ?? []).map(({ shown }) => shown),
    )
  }
}

const keyOf = ({ type, id }: Chat): string => type + id

/** What is known, without what is not. */
function factsOf({ width, height, seconds, previewUrl }: Omit<Facts, 'name'>): Omit<Facts, 'name'> {
  return {
    ...(width && height ? { width, height } : {}),
    ...(seconds === undefined ? {} : { seconds }),
    ...(previewUrl ? { previewUrl } : {}),
  }
}
