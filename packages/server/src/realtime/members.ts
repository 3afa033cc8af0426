import type { MemberList } from './frames.ts'

/** A member of a presence channel as the others see it. */
export interface Member {
  readonly id: string
  readonly info: unknown
}

/** A member and the channel it is in. */
export type Membership = readonly [channel: string, id: string, info: unknown]

/** Hears when somebody is on the site's list of a channel who was not, or no longer is. */
export interface MemberObserver {
  appeared(channel: string, member: Member): void
  vanished(channel: string, id: string): void
}

interface Presence {
  info: unknown
  /** On this node. */
  sockets: number
  /** Other nodes where the member has sockets, if there are any. */
  nodes?: Set<string>
}

/**
 * Who is in the presence channels of the site: those of this node, and what the other nodes tell of theirs. A user with
 * several sockets is one member, wherever they are.
 */
export class Members {
  readonly #channels = new Map<string, Map<string, Presence>>()
  /** Node → channel → ids: what another node has told. */
  readonly #elsewhere = new Map<string, Map<string, Set<string>>>()

  constructor(
    private readonly listedMax: number,
    private readonly observer: MemberObserver,
  ) {}

  /** @returns whether this is the member's first socket in the channel on this node */
  add(channel: string, member: Member): boolean {
    const presence = this.#enter(channel, member)
    presence.sockets++
    return presence.sockets === 1
  }

  /** @returns whether that was the member's last socket in the channel on this node */
  remove(channel: string, id: string): boolean {
    const presence = this.#channels.get(channel)?.get(id)
    if (!presence || presence.sockets === 0) return false
    presence.sockets--
    this.#leaveIfGone(channel, id, presence)
    return presence.sockets === 0
  }

  /** Notes that a member has a socket in the channel on another node. */
  addElsewhere(node: string, [channel, id, info]: Membership): void {
    const presence = this.#enter(channel, { id, info })
    presence.nodes ??= new Set()
    presence.nodes.add(node)
    const channels = this.#elsewhere.get(node) ?? new Map<string, Set<string>>()
    this.#elsewhere.set(node, channels)
    channels.set(channel, (channels.get(channel) ?? new Set()).add(id))
  }

  removeElsewhere(node: string, channel: string, id: string): void {
    const channels = this.#elsewhere.get(node)
    const ids = channels?.get(channel)
    if (!channels || !ids?.delete(id)) return
    if (ids.size === 0) channels.delete(channel)
    if (channels.size === 0) this.#elsewhere.delete(node)
    const presence = this.#channels.get(channel)?.get(id)
    if (!presence) return
    presence.nodes?.delete(node)
    this.#leaveIfGone(channel, id, presence)
  }

  /** Forgets what a node has told, except the memberships that are named. */
  dropElsewhere(node: string, kept?: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const [channel, ids] of [...(this.#elsewhere.get(node) ?? [])]) {
      for (const id of [...ids]) if (!kept?.get(channel)?.has(id)) this.removeElsewhere(node, channel, id)
    }
  }

  /** The members with a socket on this node. */
  *here(): Generator<Membership> {
    for (const [channel, members] of this.#channels) {
      for (const [id, { info, sockets }] of members) if (sockets > 0) yield [channel, id, info]
    }
  }

  count(channel: string): number {
    return this.#channels.get(channel)?.size ?? 0
  }

  ids(channel: string): string[] {
    return [...(this.#channels.get(channel)?.keys() ?? [])]
  }

  /** What a subscriber is told: everybody, or in a big channel itself and enough others. `count` is always exact. */
  list(channel: string, ownId: string): MemberList {
    const members = this.#channels.get(channel) ?? new Map<string, Presence>()
    // No prototype: a member's id comes from outside and may be `__proto__`.
    const hash: Record<string, unknown> = Object.create(null)
    const ids = [ownId]
    hash[ownId] = members.get(ownId)?.info
    for (const [id, { info }] of members) {
      if (ids.length >= this.listedMax) break
      if (id === ownId) continue
      ids.push(id)
      hash[id] = info
    }
    return { count: members.size, ids, hash }
  }

  /** The caller counts its socket or node at once: an entry without either would stay for ever. */
  #enter(channel: string, member: Member): Presence {
    const { id, info } = member
    const members = this.#channels.get(channel) ?? new Map<string, Presence>()
    this.#channels.set(channel, members)
    const known = members.get(id)
    if (known) {
      known.info = info
      return known
    }
    const presence: Presence = { info, sockets: 0 }
    members.set(id, presence)
    this.observer.appeared(channel, member)
    return presence
  }

  #leaveIfGone(channel: string, id: string, { sockets, nodes }: Presence): void {
    if (sockets > 0 || (nodes && nodes.size > 0)) return
    const members = this.#channels.get(channel)
    members?.delete(id)
    if (members?.size === 0) this.#channels.delete(channel)
    this.observer.vanished(channel, id)
  }
}
