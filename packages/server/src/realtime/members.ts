import type { MemberList } from './frames.ts'

/** A member of a presence channel as the others see it. */
export interface Member {
  readonly id: string
  readonly info: unknown
}

interface Presence {
  readonly info: unknown
  sockets: number
}

/** Who is in the presence channels of this node. A user with several sockets is one member. */
export class Members {
  readonly #channels = new Map<string, Map<string, Presence>>()

  constructor(private readonly listedMax: number) {}

  /** @returns whether this is the member's first socket in the channel */
  add(channel: string, { id, info }: Member): boolean {
    const members = this.#channels.get(channel) ?? new Map<string, Presence>()
    this.#channels.set(channel, members)
    const sockets = members.get(id)?.sockets ?? 0
    members.set(id, { info, sockets: sockets + 1 })
    return sockets === 0
  }

  /** @returns whether that was the member's last socket in the channel */
  remove(channel: string, id: string): boolean {
    const members = this.#channels.get(channel)
    const presence = members?.get(id)
    if (!members || !presence) return false
    presence.sockets--
    if (presence.sockets > 0) return false
    members.delete(id)
    if (members.size === 0) this.#channels.delete(channel)
    return true
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
}
