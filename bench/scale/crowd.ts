import type { Random } from './random.ts'
import type { Workload } from './workload.ts'

/** Who hears an event. */
export interface Ears {
  /** Its sockets by node; of a sample, on the nodes that are looked at. */
  readonly sockets: ReadonlyMap<number, number>
  /** Nodes of the whole site with at least one of them. */
  readonly nodes: number
}

/** Who is where, and who hears what. */
export interface Crowd {
  /** A message of a user to a friend, or to a group. */
  message(from: number): Ears
  /** A user comes or goes. */
  state(): Ears
  /** A user has read a chat. */
  read(uid: number): Ears
}

/** How many groups somebody is in. */
const GROUPS_EACH = 10

function count(nodes: Iterable<number>): Map<number, number> {
  const sockets = new Map<number, number>()
  for (const node of nodes) sockets.set(node, (sockets.get(node) ?? 0) + 1)
  return sockets
}

/** Which size of group a message goes to; undefined for one to a friend. */
function sizeClass(random: Random, { groupShare, groups }: Workload): number | undefined {
  if (!random.chance(groupShare)) return undefined
  let left = random.next()
  return Math.max(
    0,
    groups.findIndex(({ share }) => {
      left -= share
      return left < 0
    }),
  )
}

/** Everybody who is online, each with sockets on nodes of their own, and the groups that they are in. */
export class WholeCrowd implements Crowd {
  /** The nodes of each user's sockets. */
  readonly #places: readonly (readonly number[])[]
  /** Groups by size, each with those of its members that are online. */
  readonly #groups: readonly (readonly Uint32Array[])[]

  constructor(
    private readonly users: number,
    nodes: number,
    private readonly workload: Workload,
    private readonly random: Random,
  ) {
    this.#places = Array.from({ length: users }, () =>
      Array.from({ length: random.round(workload.devices) }, () => random.below(nodes)),
    )
    this.#groups = workload.groups.map(({ members, share }) => {
      // As many as hold all memberships of a size, but one at least.
      const groups = Math.ceil((users * GROUPS_EACH * share) / members)
      return Array.from({ length: groups }, () => {
        let online = 1
        for (let i = 1; i < members; i++) if (random.chance(workload.onlineShare)) online++
        return Uint32Array.from({ length: online }, () => random.below(users))
      })
    })
  }

  message(from: number): Ears {
    const size = sizeClass(this.random, this.workload)
    if (size === undefined) {
      const isOnline = this.random.chance(this.workload.onlineShare)
      return this.#ears(isOnline ? [from, this.random.below(this.users)] : [from])
    }
    const groups = this.#groups[size]!
    return this.#ears(groups[this.random.below(groups.length)]!)
  }

  state(): Ears {
    const { friends, onlineShare } = this.workload
    return this.#ears(
      Array.from({ length: this.random.round(friends * onlineShare) }, () => this.random.below(this.users)),
    )
  }

  read(uid: number): Ears {
    const { groupShare, onlineShare } = this.workload
    const isOther = this.random.chance((1 - groupShare) * onlineShare)
    return this.#ears(isOther ? [uid, this.random.below(this.users)] : [uid])
  }

  #ears(people: Iterable<number>): Ears {
    const nodes: number[] = []
    for (const uid of people) nodes.push(...this.#places[uid]!)
    const sockets = count(nodes)
    return { sockets, nodes: sockets.size }
  }
}

/** A site too large to be held: each event draws its listeners anew. */
export class SampledCrowd implements Crowd {
  constructor(
    private readonly nodes: number,
    private readonly looked: number,
    private readonly workload: Workload,
    private readonly random: Random,
  ) {}

  message(): Ears {
    const { random, workload } = this
    const { onlineShare, groups, devices } = workload
    const size = sizeClass(random, workload)
    if (size === undefined) return this.#ears((1 + (random.chance(onlineShare) ? 1 : 0)) * devices)
    return this.#ears(Math.max(1, groups[size]!.members * onlineShare) * devices)
  }

  state(): Ears {
    const { friends, onlineShare, devices } = this.workload
    return this.#ears(friends * onlineShare * devices)
  }

  read(): Ears {
    const { groupShare, onlineShare, devices } = this.workload
    return this.#ears((1 + (this.random.chance((1 - groupShare) * onlineShare) ? 1 : 0)) * devices)
  }

  #ears(count: number): Ears {
    const sockets = new Map<number, number>()
    const nodes = new Set<number>()
    for (let left = this.random.round(count); left > 0; left--) {
      const node = this.random.below(this.nodes)
      nodes.add(node)
      if (node < this.looked) sockets.set(node, (sockets.get(node) ?? 0) + 1)
    }
    return { sockets, nodes: nodes.size }
  }
}
