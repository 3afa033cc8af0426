import type { Figures } from '../figures.ts'
import { batchMs, LANES, type Site } from './arithmetic.ts'
import { type Crowd, type Ears, SampledCrowd, WholeCrowd } from './crowd.ts'
import { Lane, Station, Timeline, Waits } from './queueing.ts'
import { Random } from './random.ts'
import { flowsOf, type Workload } from './workload.ts'

/** One way between two machines of a site. */
const NETWORK_SECONDS = 0.0001
const BATCH_MOST = 256
/** How finely the work of pings is spread. */
const PINGS_PER_SECOND = 100
/** The part of the time that fills the queues and is not counted. */
const WARM_UP = 0.25

/** What is simulated, and how. */
export interface Plan {
  readonly site: Site
  /** Threads of Redis and cores of PostgreSQL. */
  readonly redisThreads: number
  readonly databaseCores: number
  readonly seconds: number
  /** Nodes whose main threads are looked at; all of them, and every user, when it is the number of nodes. */
  readonly looked: number
  readonly seed: number
}

/** What came of it. Times are p99s, ms. */
export interface Outcome {
  readonly node: number
  readonly redis: number
  readonly postgres: number
  readonly batch: number
  readonly frames: number
  readonly nodeWaitMs: number
  readonly redisWaitMs: number
  readonly postgresWaitMs: number
  /** From a user's message to the answer, and to the last of its frames on another node. */
  readonly answerMs: number
  readonly deliveryMs: number
}

interface Sent {
  readonly at: number
  readonly ears: Ears
}

/**
 * A site, event by event: users who write, read, come and go at random; nodes, Redis and PostgreSQL with queues; batches
 * as they form. What each step costs is measured, how the steps meet is not assumed but played through.
 */
class Simulation {
  readonly #timeline = new Timeline()
  readonly #random: Random
  readonly #crowd: Crowd
  readonly #mains: readonly Station[]
  readonly #redis: Station
  readonly #postgres: Station
  readonly #lanes: readonly Lane<Sent>[]
  readonly #answers = new Waits()
  readonly #deliveries = new Waits()
  #frames = 0

  constructor(
    private readonly plan: Plan,
    private readonly figures: Figures,
    private readonly workload: Workload,
  ) {
    const { site, looked, seed, redisThreads, databaseCores } = plan
    const { users, nodes } = site
    this.#random = new Random(seed)
    this.#crowd =
      looked === nodes
        ? new WholeCrowd(users, nodes, workload, this.#random)
        : new SampledCrowd(nodes, looked, workload, this.#random)
    this.#mains = Array.from({ length: looked }, () => new Station(this.#timeline, 1))
    this.#redis = new Station(this.#timeline, redisThreads)
    this.#postgres = new Station(this.#timeline, databaseCores)
    this.#lanes = Array.from(
      { length: nodes * LANES },
      (_, lane) =>
        new Lane<Sent>(BATCH_MOST, (batch, done) => this.#store(Math.floor(lane / LANES), batch, done)),
    )
  }

  run(): Outcome {
    const { seconds, looked } = this.plan
    this.#begin()
    const stations = [...this.#mains, this.#redis, this.#postgres]
    this.#timeline.run(seconds * WARM_UP)
    for (const station of stations) station.restart()
    this.#frames = 0
    this.#timeline.run(seconds)
    const nodeWaits = this.#mains.map(({ waits }) => waits.p99)
    const sum = (of: (lane: Lane<Sent>) => number) => this.#lanes.reduce((total, lane) => total + of(lane), 0)
    return {
      node: this.#mains.reduce((total, { busy }) => total + busy, 0) / looked,
      redis: this.#redis.busy,
      postgres: this.#postgres.busy,
      batch: sum(({ items }) => items) / sum(({ batches }) => batches),
      frames: (this.#frames / (seconds * (1 - WARM_UP)) / looked) * this.plan.site.nodes,
      nodeWaitMs: Math.max(...nodeWaits),
      redisWaitMs: this.#redis.waits.p99,
      postgresWaitMs: this.#postgres.waits.p99,
      answerMs: this.#answers.p99,
      deliveryMs: this.#deliveries.p99,
    }
  }

  #begin(): void {
    const { site } = this.plan
    const flows = flowsOf(site.users, this.workload)
    this.#again(flows.sends, () => this.#send())
    this.#again(flows.pages, () => this.#readPage())
    this.#again(flows.arrivals, () => this.#arrive())
    this.#again(flows.arrivals, () => this.#leave())
    this.#again(flows.states.perSecond, () => this.#changeState())
    this.#again(site.nodes, () => this.#tell(this.#anyNode(), []))
    const pingUs = (flows.sockets / site.nodes) * (this.figures.node.socketSecondUs / PINGS_PER_SECOND)
    for (const main of this.#mains) this.#again(PINGS_PER_SECOND, () => main.serve(pingUs))
  }

  #again(perSecond: number, happen: () => void): void {
    const next = () => {
      this.#timeline.after(this.#random.pause(perSecond), next)
      happen()
    }
    this.#timeline.after(this.#random.pause(perSecond), next)
  }

  #anyNode(): number {
    return this.#random.below(this.plan.site.nodes)
  }

  /** Work of a node's main thread. On a node that is not looked at it takes its time and no turn. */
  #onMain(node: number, us: number, done?: () => void): void {
    const main = this.#mains[node]
    if (main) main.serve(us, done)
    else if (done) this.#timeline.after(us / 1e6, done)
  }

  /** Asks a service and hears its answer. */
  #ask(service: Station, us: number, done: () => void): void {
    const back = () => this.#timeline.after(NETWORK_SECONDS, done)
    this.#timeline.after(NETWORK_SECONDS, () => service.serve(us, back))
  }

  #send(): void {
    const { node, redis } = this.figures
    const at = this.#timeline.now
    const sender = this.#anyNode()
    const ears = this.#crowd.message(this.#random.below(this.plan.site.users))
    const lane = this.#lanes[sender * LANES + this.#random.below(LANES)]!
    this.#onMain(sender, node.sendUs / 2, () =>
      this.#ask(this.#redis, redis.limitUs, () => lane.add({ at, ears })),
    )
  }

  /** A batch: the database works on it, then waits for its disk; then all is answered and told in one turn. */
  #store(node: number, batch: readonly Sent[], done: () => void): void {
    const { postgres } = this.figures
    const us = postgres.batchUs + batch.length * postgres.messageUs
    const flushSeconds = Math.max(0, batchMs(this.figures) / 1000 - us / 1e6 - 2 * NETWORK_SECONDS)
    this.#ask(this.#postgres, us, () =>
      this.#timeline.after(flushSeconds, () => {
        done()
        this.#onMain(node, (batch.length * this.figures.node.sendUs) / 2, () => {
          for (const { at } of batch) this.#answers.add(this.#timeline.now - at)
          this.#tell(node, batch)
        })
      }),
    )
  }

  /** One turn's events of a node: to its own sockets at once, to the other nodes as one telegram. */
  #tell(node: number, items: readonly Sent[]): void {
    const { redis } = this.figures
    const { site } = this.plan
    this.#hear(node, items, 0)
    const isToAll = site.bus === 'everyone' || items.every(({ ears }) => ears.nodes === 0)
    const receivers = isToAll ? site.nodes : items.reduce((sum, { ears }) => sum + ears.nodes, 0)
    this.#timeline.after(NETWORK_SECONDS, () =>
      this.#redis.serve(redis.publishUs + receivers * redis.deliverUs, () =>
        this.#timeline.after(NETWORK_SECONDS, () => this.#arriveAt(node, items, isToAll)),
      ),
    )
  }

  #arriveAt(from: number, items: readonly Sent[], isToAll: boolean): void {
    const { telegramUs, eventUs } = this.figures.node
    for (let node = 0; node < this.#mains.length; node++) {
      const concerned = isToAll ? items : items.filter(({ ears }) => ears.sockets.has(node))
      if (!isToAll && concerned.length === 0) continue
      const telegrams = isToAll ? 1 : concerned.length
      const us = telegrams * telegramUs + concerned.length * eventUs
      // What a node has told itself, it knows.
      if (node === from) this.#onMain(node, us)
      else this.#hear(node, concerned, us)
    }
  }

  #hear(node: number, items: readonly Sent[], us: number): void {
    const { heardUs, frameUs } = this.figures.node
    const main = this.#mains[node]
    if (!main) return
    let work = us
    const heard: Sent[] = []
    for (const item of items) {
      const sockets = item.ears.sockets.get(node)
      if (sockets === undefined) continue
      work += heardUs + sockets * frameUs
      this.#frames += sockets
      heard.push(item)
    }
    if (work === 0) return
    main.serve(work, () => {
      for (const { at } of heard) this.#deliveries.add(this.#timeline.now - at)
    })
  }

  #readPage(): void {
    const { node, redis, postgres } = this.figures
    const reader = this.#anyNode()
    const marks = this.#random.chance(this.workload.markShare) ? 1 : 0
    const half = (node.pageUs + marks * node.markUs) / 2
    this.#onMain(reader, half, () =>
      this.#ask(this.#redis, redis.limitUs, () =>
        this.#ask(this.#postgres, postgres.pageUs + marks * postgres.markUs, () =>
          this.#onMain(reader, half, () => {
            if (marks > 0 && this.#random.chance(this.workload.toldShare)) this.#tellRead(reader)
          }),
        ),
      ),
    )
  }

  #tellRead(node: number): void {
    const ears = this.#crowd.read(this.#random.below(this.plan.site.users))
    this.#tell(node, [{ at: this.#timeline.now, ears }])
  }

  #arrive(): void {
    const { node, redis, postgres } = this.figures
    const place = this.#anyNode()
    this.#onMain(place, node.connectUs + node.listUs)
    this.#redis.serve(redis.limitUs + redis.arrivalUs)
    this.#postgres.serve(postgres.arrivalUs + postgres.listUs)
  }

  #leave(): void {
    const { node, redis, postgres } = this.figures
    this.#onMain(this.#anyNode(), node.leaveUs)
    this.#redis.serve(redis.leaveUs)
    this.#postgres.serve(postgres.leaveUs)
  }

  /** A user comes or goes: caches forget the account, then friends are told. */
  #changeState(): void {
    const node = this.#anyNode()
    const at = this.#timeline.now
    this.#tell(node, [{ at, ears: { sockets: new Map(), nodes: 0 } }])
    this.#tell(node, [{ at, ears: this.#crowd.state() }])
  }
}

/** Plays a plan through. The same plan has the same outcome. */
export const simulate = (plan: Plan, figures: Figures, workload: Workload): Outcome =>
  new Simulation(plan, figures, workload).run()
