import type { PushEvents } from '@parley/contract'
import type { Channels } from '../channels.ts'
import { ParleyError } from '../errors.ts'
import type { Chat, Home } from '../events.ts'
import type { SocketCalls } from '../transport/calls.ts'
import type { Gaps } from './gaps.ts'

/** Reading everything may show channels that were not listened to, and be older than what happens there. */
const ROUNDS_MAX = 3
/** How often a busy server is asked again before the connection is made anew. */
const TRIES_MAX = 5

interface SynchronizerOptions {
  readonly channels: Channels
  readonly gaps: Gaps
  /** `pop/get`, over the given websocket; by HTTP without one. */
  readonly readHome: (calls?: SocketCalls) => Promise<Home>
  /** The user's uid where it is known before `home` is. */
  readonly uid: () => number | undefined
  /** Takes what was read, before the chats are compared with it. */
  readonly accept: (home: Home) => void
  /** How long subscriptions may take to be answered, ms. */
  readonly patienceMs: number
}

/** Brings the client up to date: subscriptions first, then everything about the user, then what was missed. */
export class Synchronizer {
  #running: Promise<void> | undefined
  #again = false
  /** How often everything was taken in. */
  #taken = 0

  constructor(private readonly options: SynchronizerOptions) {}

  /** After connecting. @throws ParleyError, NetworkError */
  async welcome(calls: SocketCalls): Promise<void> {
    const { channels, uid } = this.options
    const known = uid()
    if (known !== undefined) channels.join(`user-${known}`)
    channels.reopen()
    // Without a word about who this is there is nothing yet that could be missed.
    if (known !== undefined) await this.#settled()
    await this.#read(calls)
  }

  /** After `parley:resync`: events may be missing, subscriptions stand. */
  resync(calls: SocketCalls): void {
    this.#again = true
    this.#running ??= this.#repeat(calls).finally(() => {
      this.#running = undefined
    })
  }

  /**
   * Without a websocket: everything about the user, then what was missed.
   * @param isWanted whether the answer is still of use: it is older than what a websocket has brought meanwhile
   * @returns false when it was not: nothing is told
   * @throws ParleyError, NetworkError
   */
  async catchUp(isWanted: () => boolean): Promise<boolean> {
    const taken = this.#taken
    const home = await this.#home()
    if (taken !== this.#taken || !isWanted()) return false
    this.#take(home)
    return true
  }

  /** Keeps the subscriptions in step with the groups that the user comes into and leaves. */
  follow(name: keyof PushEvents, payload: unknown): void {
    const { channels, gaps } = this.options
    if (name !== 'addGroup' && name !== 'removeGroup') return
    const { gid, content } = payload as PushEvents['addGroup']
    const chat: Chat = { type: 'group', id: gid }
    if (name === 'removeGroup') {
      channels.leave(`group-${gid}`)
      gaps.forget(chat)
    } else {
      channels.join(`group-${gid}`)
      void this.#settled().then(() => gaps.joined(chat, content))
    }
  }

  async #repeat(calls: SocketCalls): Promise<void> {
    while (this.#again) {
      this.#again = false
      try {
        await this.#read(calls)
      } catch {
        // The websocket has ended: the next one begins by reading. Or the user may no longer be here: it will be ended.
        return
      }
    }
  }

  async #read(calls: SocketCalls): Promise<void> {
    const { channels } = this.options
    for (let round = 1; round <= ROUNDS_MAX; round++) {
      const home = await this.#home(calls)
      const added = channels.follow([
        `user-${home.mine.uid}`,
        'global',
        ...home.group.map(({ gid }) => `group-${gid}`),
      ])
      this.#take(home)
      if (added === 0) return
      await this.#settled()
    }
  }

  #take(home: Home): void {
    const { gaps, accept } = this.options
    this.#taken++
    accept(home)
    gaps.reconcile(
      Object.values(home.chatting).map(({ type, id, last_seq, items }) => ({
        chat: { type, id },
        lastSeq: last_seq,
        lastMid: items[0]?.mid ?? 0,
      })),
    )
  }

  async #home(calls?: SocketCalls): Promise<Home> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.options.readHome(calls)
      } catch (error) {
        const waitMs = error instanceof ParleyError ? error.waitMs : undefined
        if (waitMs === undefined || attempt === TRIES_MAX) throw error
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    }
  }

  /** A subscription that is not answered (there are more than the server takes) does not hold up the others. */
  #settled(): Promise<void> {
    const { channels, patienceMs } = this.options
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      void channels.settled().then(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
