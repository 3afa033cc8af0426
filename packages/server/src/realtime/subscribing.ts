import { log } from '../log.ts'
import { type ChannelName, readChannel } from './channel.ts'
import { errorFrame, isWorthCompressing, subscriptionErrorFrame, succeededFrame } from './frames.ts'
import type { Guard } from './guard.ts'
import type { Hub } from './hub.ts'
import { awaitChannel, CLOSE, type Credentials, type Limits, type Socket } from './socket.ts'

/** How often a decision is taken anew because something changed meanwhile, before it is refused. */
const DECISIONS_MAX = 5

/** The frames `subscribe` and `unsubscribe`. */
export class Subscribing {
  constructor(
    private readonly hub: Hub,
    private readonly guard: Guard,
    private readonly limits: Limits,
  ) {
    hub.observe({ admitted: (socket, name) => this.#retry(socket, name) })
  }

  /** @param request `{channel, auth?, channel_data?}` as it came */
  subscribe(socket: Socket, request: Record<string, unknown>): void {
    const { data } = socket
    const channel = readChannel(request.channel)
    if (!channel) {
      const message = request.channel ? 'Bad channel name' : 'Empty channel'
      socket.send(errorFrame(data.dialect, null, message))
      return
    }
    // Asked for twice: the client wants to hear that it is subscribed, and its right has not ended.
    if (data.channels.has(channel.name)) {
      this.#confirm(socket, channel)
      return
    }
    if (this.#isFull(socket)) {
      const message = `Too many channels: at most ${this.limits.channelsPerSocketMax}`
      socket.send(errorFrame(data.dialect, null, message))
      return
    }
    this.#request(socket, channel, {
      auth: textOf(request.auth),
      channelData: textOf(request.channel_data),
    })
  }

  /** Ends a subscription, also one that is still being decided or waited for. There is no answer. */
  unsubscribe(socket: Socket, name: unknown): void {
    if (typeof name !== 'string') return
    const { data } = socket
    if (data.pending?.has(name)) data.pending.set(name, null)
    data.awaited?.delete(name)
    this.hub.leave(socket, name)
  }

  #isFull({ data }: Socket): boolean {
    return data.channels.size + (data.pending?.size ?? 0) >= this.limits.channelsPerSocketMax
  }

  #retry(socket: Socket, name: string): void {
    // A decision under way notices the admission by itself.
    if (socket.data.pending?.has(name)) return
    const channel = readChannel(name)
    if (channel && !this.#isFull(socket)) this.#request(socket, channel, { retry: true })
  }

  /** However often a client asks while a decision is under way, there is one decision. */
  #request(socket: Socket, channel: ChannelName, credentials: Credentials): void {
    socket.data.pending ??= new Map()
    const { pending } = socket.data
    const isUnderWay = pending.has(channel.name)
    pending.set(channel.name, credentials)
    if (!isUnderWay) void this.#settle(socket, channel, pending)
  }

  /**
   * Decides what was asked and carries the decision out. While the right is looked up the client may unsubscribe, ask
   * again or leave, and somebody may be evicted or admitted: what counts is the latest request, and a decision that
   * nothing has overtaken.
   */
  async #settle(
    socket: Socket,
    channel: ChannelName,
    pending: Map<string, Credentials | null>,
  ): Promise<void> {
    const { name, base } = channel
    const { hub } = this
    try {
      for (let decision = 1; ; decision++) {
        const credentials = pending.get(name)
        if (!credentials || !socket.data.open) break
        const evicted = hub.evictions.last(base)
        const { admissions } = hub
        const proof = await this.guard.prove(socket.data, channel, credentials)
        const latest = pending.get(name)
        if (!latest || !socket.data.open) break
        const isOvertaken =
          latest !== credentials ||
          hub.evictions.last(base) !== evicted ||
          (!proof && hub.admissions !== admissions)
        if (isOvertaken && decision < DECISIONS_MAX) continue
        if (proof && !isOvertaken && hub.join(socket, channel, proof)) this.#confirm(socket, channel)
        else this.#refuse(socket, channel, credentials)
        break
      }
    } catch (error) {
      // The right could not be looked up. Left open, the client would believe that it listens.
      log.warn({ channel: name, error: String(error) }, 'subscription_failed')
      socket.close(CLOSE.tooSlow, 'Try again')
    } finally {
      pending.delete(name)
    }
  }

  #confirm(socket: Socket, { name }: ChannelName): void {
    const frame = succeededFrame(socket.data.dialect, name, this.hub.subscriptions.memberList(socket, name))
    socket.send(frame, isWorthCompressing(frame))
  }

  /** Old clients throw on errors, so a refused public name stays silent; nothing is ever delivered on it. */
  #refuse(socket: Socket, { name, visibility, id }: ChannelName, { retry }: Credentials): void {
    const { data } = socket
    const isUser = data.identity.uid !== 0 || data.vouches?.has(name)
    if (id !== 0 && isUser) awaitChannel(data, name)
    if (visibility === 'public' || retry) return
    socket.send(subscriptionErrorFrame(data.dialect, name, `Not authorised to subscribe to ${name}`))
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
