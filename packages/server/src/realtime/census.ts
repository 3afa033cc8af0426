import { randomUUID } from 'node:crypto'
import type { Bus } from '../cluster/index.ts'
import type { Hub } from './hub.ts'
import type { MemberExchange } from './member-exchange.ts'

/** The channels that are asked about: those named, or all occupied ones whose names begin with the prefix. */
export type Question = { readonly names: readonly string[] } | { readonly prefix: string }

/** Channel → how many sockets listen to it, where there are any. */
export type Counts = ReadonlyMap<string, number>

type Letter =
  | { op: 'ask'; node: string; id: string; question: Question }
  | { op: 'answer'; node: string; id: string; counts: [string, number][] }

interface Gathering {
  readonly counts: Map<string, number>
  /** Nodes that have not answered. */
  readonly missing: Set<string>
  end(): void
}

export interface CensusDependencies {
  bus: Bus
  nodeId: string
  hub: Pick<Hub, 'channels' | 'subscriptions'>
  /** The other nodes that are there. */
  others: Pick<MemberExchange, 'nodes'>
  /** How long the others may take; who says nothing by then is left out. */
  answerMs: number
}

const TOPIC = 'census'

/** Counts who listens to what on all nodes together. */
export class Census {
  readonly #gatherings = new Map<string, Gathering>()
  readonly #stopListening: () => void

  constructor(private readonly dependencies: CensusDependencies) {
    const { bus, nodeId } = dependencies
    this.#stopListening = bus.subscribe(TOPIC, (payload) => {
      const letter = payload as Letter
      if (letter.node === nodeId) return
      if (letter.op === 'ask') this.#answer(letter)
      else this.#note(letter)
    })
  }

  /** Asks all nodes. */
  async count(question: Question): Promise<Counts> {
    const { bus, nodeId, others, answerMs } = this.dependencies
    const counts = new Map(this.#countHere(question))
    const missing = new Set(others.nodes)
    if (missing.size === 0) return counts
    const id = randomUUID()
    const { promise, resolve: end } = Promise.withResolvers<void>()
    this.#gatherings.set(id, { counts, missing, end })
    const timer = setTimeout(end, answerMs)
    bus.publish(TOPIC, { op: 'ask', node: nodeId, id, question } satisfies Letter)
    await promise
    clearTimeout(timer)
    this.#gatherings.delete(id)
    return counts
  }

  stop(): void {
    this.#stopListening()
    for (const { end } of this.#gatherings.values()) end()
  }

  #countHere(question: Question): [string, number][] {
    const { hub } = this.dependencies
    const names = 'names' in question ? question.names : hub.channels(question.prefix)
    return names
      .map((name): [string, number] => [name, hub.subscriptions.count(name)])
      .filter(([, count]) => count > 0)
  }

  #answer({ id, question }: Letter & { op: 'ask' }): void {
    const { bus, nodeId } = this.dependencies
    bus.publish(TOPIC, {
      op: 'answer',
      node: nodeId,
      id,
      counts: this.#countHere(question),
    } satisfies Letter)
  }

  #note({ node, id, counts }: Letter & { op: 'answer' }): void {
    const gathering = this.#gatherings.get(id)
    if (!gathering?.missing.delete(node)) return
    for (const [name, count] of counts) gathering.counts.set(name, (gathering.counts.get(name) ?? 0) + count)
    if (gathering.missing.size === 0) gathering.end()
  }
}
