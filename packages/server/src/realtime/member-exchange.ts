import type { Bus, Claims } from '../cluster/index.ts'
import type { Members, Membership } from './members.ts'
import type { HubObserver } from './observer.ts'

/** What nodes tell each other. `serial` is how many changes the node has told, this one included. */
type Tale =
  | { op: 'added'; serial: number; membership: Membership }
  | { op: 'removed'; serial: number; channel: string; id: string }
  /** I am here, or back. Who else is? */
  | { op: 'hello'; serial: number }
  | { op: 'here'; serial: number }
  /** Tell all your members. */
  | { op: 'ask'; of: string }
  | { op: 'list'; serial: number; isFirst: boolean; isLast: boolean; memberships: Membership[] }
  | { op: 'bye' }

/** What is known of another node. */
interface Peer {
  /** The last of its changes that is in our lists; nothing as long as its list is waited for. */
  serial: number | undefined
  /** What a list that is coming in has named so far, and still holds: channel → ids. */
  listed?: Map<string, Set<string>>
}

const TOPIC = 'members'
/** Several nodes ask at the same time, when one starts or the link comes back: they are answered together. */
const ANSWER_AFTER_MS = 50
/** A list is told in parts, with time in between for everything else on the bus. */
const MEMBERSHIPS_PER_PART = 500
const PART_PAUSE_MS = 10

export interface MemberExchangeDependencies {
  bus: Bus
  claims: Claims
  nodeId: string
  members: Members
}

/**
 * Tells the other nodes who is in this node's presence channels, and notes what they tell. Changes are told one by one
 * and numbered; who has missed some (a new node, or one that was cut off) sees it by the number and asks for the whole
 * list. So it is known, too, which other nodes there are.
 */
export class MemberExchange implements HubObserver {
  readonly #bus: Bus
  readonly #nodeId: string
  readonly #members: Members
  readonly #peers = new Map<string, Peer>()
  readonly #ends: (() => void)[] = []
  #serial = 0
  #greeting: Timer | undefined
  #listing: Timer | undefined
  /** Somebody asked who has not heard the beginning of the list that is under way. */
  #isAskedAgain = false

  constructor({ bus, claims, nodeId, members }: MemberExchangeDependencies) {
    this.#bus = bus
    this.#nodeId = nodeId
    this.#members = members
    if (bus.isLocal) return
    this.#ends.push(
      bus.subscribe(TOPIC, (payload) => {
        const { node, tale } = payload as { node: string; tale: Tale }
        if (node !== nodeId) this.#hear(node, tale)
      }),
      bus.onLink((linked) => linked && this.start()),
    )
    claims.observe({ nodeGone: (node) => this.#forget(node) })
  }

  /** The other nodes that are there. */
  get nodes(): readonly string[] {
    return [...this.#peers.keys()]
  }

  /** Makes itself known. */
  start(): void {
    this.#tell({ op: 'hello', serial: this.#serial })
  }

  /** Says goodbye: the others forget what this node has told. */
  stop(): void {
    this.#tell({ op: 'bye' })
    for (const end of this.#ends.splice(0)) end()
    clearTimeout(this.#greeting)
    clearTimeout(this.#listing)
  }

  memberAdded(channel: string, id: string, info: unknown): void {
    this.#tell({ op: 'added', serial: ++this.#serial, membership: [channel, id, info] })
  }

  memberRemoved(channel: string, id: string): void {
    this.#tell({ op: 'removed', serial: ++this.#serial, channel, id })
  }

  #tell(tale: Tale): void {
    if (!this.#bus.isLocal) this.#bus.publish(TOPIC, { node: this.#nodeId, tale })
  }

  #hear(node: string, tale: Tale): void {
    switch (tale.op) {
      case 'added':
        if (this.#isNext(node, tale.serial)) this.#add(node, tale.membership)
        break
      case 'removed':
        if (this.#isNext(node, tale.serial)) this.#remove(node, tale.channel, tale.id)
        break
      case 'hello':
        this.#compare(node, tale.serial)
        this.#greeting ??= setTimeout(() => this.#greet(), ANSWER_AFTER_MS)
        break
      case 'here':
        this.#compare(node, tale.serial)
        break
      case 'ask':
        if (tale.of === this.#nodeId) this.#answer()
        break
      case 'list':
        this.#note(node, tale)
        break
      case 'bye':
        this.#forget(node)
    }
  }

  /** A node that is new has told nothing yet. */
  #peerOf(node: string): Peer {
    const peer = this.#peers.get(node) ?? { serial: 0 }
    this.#peers.set(node, peer)
    return peer
  }

  /** Whether a change can be applied: it follows on what is in the lists, or on what a list has said so far. */
  #isNext(node: string, serial: number): boolean {
    const peer = this.#peerOf(node)
    if (peer.listed) return true
    // The list that is waited for will have it.
    if (peer.serial === undefined) return false
    if (peer.serial === serial - 1) {
      peer.serial = serial
      return true
    }
    this.#compare(node, serial)
    return false
  }

  #compare(node: string, serial: number): void {
    const peer = this.#peerOf(node)
    if (peer.serial === serial) return
    peer.serial = undefined
    peer.listed = undefined
    this.#tell({ op: 'ask', of: node })
  }

  #add(node: string, membership: Membership): void {
    const [channel, id] = membership
    this.#members.addElsewhere(node, membership)
    const listed = this.#peers.get(node)?.listed
    listed?.set(channel, (listed.get(channel) ?? new Set()).add(id))
  }

  #remove(node: string, channel: string, id: string): void {
    this.#members.removeElsewhere(node, channel, id)
    this.#peers.get(node)?.listed?.get(channel)?.delete(id)
  }

  #note(node: string, { serial, isFirst, isLast, memberships }: Tale & { op: 'list' }): void {
    const peer = this.#peerOf(node)
    if (peer.serial !== undefined) return
    if (isFirst) peer.listed = new Map()
    if (!peer.listed) return
    for (const membership of memberships) this.#add(node, membership)
    if (!isLast) return
    this.#members.dropElsewhere(node, peer.listed)
    peer.serial = serial
    peer.listed = undefined
  }

  #forget(node: string): void {
    this.#peers.delete(node)
    this.#members.dropElsewhere(node)
  }

  #greet(): void {
    this.#greeting = undefined
    this.#tell({ op: 'here', serial: this.#serial })
  }

  #answer(): void {
    if (this.#listing) this.#isAskedAgain = true
    else this.#listing = setTimeout(() => this.#tellPart(this.#members.here(), true), ANSWER_AFTER_MS)
  }

  /** @param memberships what is still to be told; knows who came and went since the list was begun */
  #tellPart(memberships: Iterator<Membership>, isFirst: boolean): void {
    const part: Membership[] = []
    let next = memberships.next()
    for (; !next.done; next = memberships.next()) if (part.push(next.value) === MEMBERSHIPS_PER_PART) break
    const isLast = next.done === true
    this.#tell({ op: 'list', serial: this.#serial, isFirst, isLast, memberships: part })
    this.#listing = isLast ? undefined : setTimeout(() => this.#tellPart(memberships, false), PART_PAUSE_MS)
    if (!isLast || !this.#isAskedAgain) return
    this.#isAskedAgain = false
    this.#answer()
  }
}
