import type { ChannelName } from './channel.ts'
import {
  DIALECTS,
  type Dialect,
  isWorthCompressing,
  type MemberList,
  memberAddedFrame,
  memberRemovedFrame,
} from './frames.ts'
import { type Member, Members } from './members.ts'
import type { HubObserver } from './observer.ts'
import type { Limits, Socket } from './socket.ts'

/** The part of `Bun.serve`'s server that publishing needs. */
export interface Publisher {
  publish(topic: string, data: string, compress?: boolean): number
}

/** For whom a subscription was allowed. */
export interface Proof {
  /** 0: open to everybody, or signed without naming anybody. */
  readonly uid: number
  /** Presence channels: the subscriber as the others see it. */
  readonly member?: Member
}

/** The topic on which presence events of a dialect go; `|` cannot occur in a channel's name. */
const memberTopic = (dialect: Dialect, channel: string): string => `${dialect}|${channel}`

/**
 * The subscriptions of this node's sockets: channel names are topics of the runtime's own publish/subscribe. Members of
 * presence channels are the whole site's.
 */
export class Subscriptions {
  readonly members: Members
  readonly #counts = new Map<string, number>()
  #publisher: Publisher | undefined
  #total = 0

  constructor(
    private readonly limits: Limits,
    private readonly observers: readonly HubObserver[],
  ) {
    this.members = new Members(limits.membersListedMax, {
      appeared: (name, { id, info }) =>
        this.#announce(name, (dialect) => memberAddedFrame(dialect, name, id, info)),
      vanished: (name, id) => this.#announce(name, (dialect) => memberRemovedFrame(dialect, name, id)),
    })
  }

  attach(publisher: Publisher): void {
    this.#publisher = publisher
  }

  /** Subscribes a socket that is not subscribed yet; whether it may was decided before. */
  join(socket: Socket, { name }: ChannelName, { uid, member }: Proof): void {
    const { data } = socket
    socket.subscribe(name)
    data.channels.set(name, uid)
    data.awaited?.delete(name)
    this.#total++
    const count = this.count(name) + 1
    this.#counts.set(name, count)
    if (count === 1) for (const observer of this.observers) observer.channelOccupied?.(name)
    if (member) this.#addMember(socket, name, member)
  }

  /** Ends a subscription without a word to the client. @returns the uid it was for, if there was one */
  leave(socket: Socket, name: string): number | undefined {
    const { data } = socket
    const uid = data.channels.get(name)
    if (uid === undefined) return undefined
    data.channels.delete(name)
    // A closed socket has left its topics already.
    if (data.open) socket.unsubscribe(name)
    this.#removeMember(socket, name)
    this.#total--
    const count = this.count(name) - 1
    if (count > 0) this.#counts.set(name, count)
    else {
      this.#counts.delete(name)
      for (const observer of this.observers) observer.channelVacated?.(name)
    }
    return uid
  }

  /** Sends a frame to everybody on a channel but one. Nothing here is done for each recipient. */
  deliver(name: string, frame: string, except?: Socket): void {
    const compress = isWorthCompressing(frame)
    // A socket's own publish reaches the others on its topic, never itself.
    if (except?.data.open && except.data.channels.has(name)) except.publish(name, frame, compress)
    else this.#publisher?.publish(name, frame, compress)
    for (const observer of this.observers) observer.wrote?.(frame.length)
  }

  has(name: string): boolean {
    return this.#counts.has(name)
  }

  /** Sockets on a channel. */
  count(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** The occupied channels. */
  names(): IterableIterator<string> {
    return this.#counts.keys()
  }

  get channelCount(): number {
    return this.#counts.size
  }

  get total(): number {
    return this.#total
  }

  /** What a new member of a presence channel is told; nothing on other channels. */
  memberList(socket: Socket, name: string): MemberList | undefined {
    const id = socket.data.memberIds?.get(name)
    return id === undefined ? undefined : this.members.list(name, id)
  }

  #addMember(socket: Socket, name: string, member: Member): void {
    const { data } = socket
    data.memberIds ??= new Map()
    data.memberIds.set(name, member.id)
    if (this.members.add(name, member)) {
      for (const observer of this.observers) observer.memberAdded?.(name, member.id, member.info)
    }
    // Last, so that it does not hear of itself: the list that it gets has it.
    socket.subscribe(memberTopic(data.dialect, name))
  }

  #removeMember(socket: Socket, name: string): void {
    const { data } = socket
    const id = data.memberIds?.get(name)
    if (id === undefined) return
    data.memberIds?.delete(name)
    if (data.open) socket.unsubscribe(memberTopic(data.dialect, name))
    if (!this.members.remove(name, id)) return
    for (const observer of this.observers) observer.memberRemoved?.(name, id)
  }

  /** Coming and going in a channel of n members costs n² frames: a big one only tells its size on subscription. */
  #announce(name: string, frameFor: (dialect: Dialect) => string): void {
    if (!this.has(name)) return
    if (this.members.count(name) > this.limits.membersAnnouncedMax) return
    for (const dialect of DIALECTS) {
      const frame = frameFor(dialect)
      this.#publisher?.publish(memberTopic(dialect, name), frame, isWorthCompressing(frame))
    }
  }
}
