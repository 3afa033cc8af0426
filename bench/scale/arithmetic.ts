import type { Figures } from '../figures.ts'
import { type Flows, flowsOf, type Workload } from './workload.ts'

/*
 * The closed-form arithmetic of docs/scale.md: how busy each part of a site is. `simulation.ts` checks it.
 */

/** How a site is built. */
export interface Site {
  readonly users: number
  readonly nodes: number
  /** Who hears what a node tells: `everyone`, as Parley does it, or only nodes with somebody who listens. */
  readonly bus: 'everyone' | 'listeners'
}

/** A part is full above this: beyond it, waiting grows faster than load. */
export const FULL = 0.6
/** Sockets that a node is to hold at most. */
export const SOCKETS_PER_NODE = 20_000
/** Connections of a node to PostgreSQL when nobody sets DATABASE_POOL, and how many of them send batches. */
export const POOL = 16
export const LANES = 2
/** With one node fewer, a site has to go on. */
const NODES_MIN = 2
const NODES_MAX = 100_000

/** How busy the parts are; 1 is all that a core can do. */
export interface Load {
  /** The main thread of each node; `ofBus` is what of it goes into hearing the others. */
  readonly node: number
  readonly ofBus: number
  /** The one thread of Redis. */
  readonly redis: number
  /** What of that are rate limits. */
  readonly ofLimits: number
  /** Cores of PostgreSQL. */
  readonly postgres: number
  /** Messages in a batch. */
  readonly batch: number
  readonly telegrams: number
  /** Commits of PostgreSQL a second. */
  readonly commits: number
  readonly frames: number
  /** MB a second: out of each node to its clients, out of Redis, into PostgreSQL's log. */
  readonly nodeMegabytes: number
  readonly redisMegabytes: number
  readonly walMegabytes: number
}

/** Of `nodes`, how many have at least one of `sockets` that are anywhere. */
export const nodesThatHear = (nodes: number, sockets: number): number =>
  nodes * (1 - (1 - 1 / nodes) ** sockets)

/**
 * Messages in a batch, when a lane gets `perSecond` and a batch takes `ms`: what arrives meanwhile makes the next batch,
 * and when nothing does, the next batch is one message.
 */
export function batchSize(perSecond: number, ms: number): number {
  const meanwhile = (perSecond * ms) / 1000
  return meanwhile + Math.exp(-meanwhile)
}

/** How long a lane waits for a batch, ms: the way of a message without what the node and Redis do for it. */
export const batchMs = ({ node, redis, postgres }: Figures): number =>
  Math.max(0.1, postgres.commitMs - (node.sendUs + redis.limitUs) / 1000)

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** How busy a site is. */
export function loadOf({ users, nodes, bus }: Site, figures: Figures, workload: Workload): Load {
  const { node, redis, postgres, wire } = figures
  const flows = flowsOf(users, workload)
  const kinds = [...flows.messages, flows.states, flows.reads]
  const batch = batchSize(flows.sends / nodes / LANES, batchMs(figures))
  const batches = flows.sends / batch
  // A user's state and the account that caches forget are told one after the other. Each node tells that it lives.
  const changes = flows.states.perSecond
  const reads = flows.reads.perSecond
  const telegrams = batches + reads + 2 * changes + nodes
  const events = flows.sends + reads + 2 * changes
  const frames = sum(kinds.map(({ perSecond, sockets }) => perSecond * sockets))
  const heard = sum(kinds.map(({ perSecond, sockets }) => perSecond * nodesThatHear(nodes, sockets)))
  // What is told to caches, and that a node lives, everybody hears on any bus.
  const toAll = bus === 'everyone' ? telegrams : changes + nodes
  const received = bus === 'everyone' ? nodes * telegrams : nodes * toAll + heard
  const ofBus =
    bus === 'everyone'
      ? telegrams * node.telegramUs + events * node.eventUs
      : toAll * (node.telegramUs + node.eventUs) + (heard / nodes) * (node.telegramUs + node.eventUs)
  const own = ownWork(flows, figures, workload) + heard * node.heardUs + frames * node.frameUs
  const calls = flows.sends + flows.pages + flows.arrivals
  const leaves = flows.arrivals
  const ofLimits = (calls * redis.limitUs) / 1e6
  const perNode = (own / nodes + ofBus) / 1e6
  return {
    node: perNode,
    ofBus: ofBus / 1e6,
    redis:
      ofLimits +
      (telegrams * redis.publishUs + received * redis.deliverUs) / 1e6 +
      (flows.arrivals * redis.arrivalUs + leaves * redis.leaveUs) / 1e6,
    ofLimits,
    postgres:
      (batches * postgres.batchUs +
        flows.sends * postgres.messageUs +
        flows.pages * (postgres.pageUs + workload.markShare * postgres.markUs) +
        flows.arrivals * (postgres.listUs + postgres.arrivalUs) +
        leaves * postgres.leaveUs) /
      1e6,
    batch,
    telegrams,
    commits: batches + changes + flows.pages * workload.markShare,
    frames,
    nodeMegabytes: (frames * wire.frameBytes) / nodes / 1e6,
    redisMegabytes: ((received / telegrams) * events * wire.eventBytes) / 1e6,
    walMegabytes: (flows.sends * postgres.walBytesPerMessage) / 1e6,
  }
}

/** What all nodes together do for their own users, µs a second. */
function ownWork(flows: Flows, { node }: Figures, { markShare }: Workload): number {
  return (
    flows.sends * node.sendUs +
    flows.pages * (node.pageUs + markShare * node.markUs) +
    flows.arrivals * (node.connectUs + node.listUs + node.leaveUs) +
    flows.sockets * node.socketSecondUs
  )
}

/**
 * The fewest nodes that keep each one's main thread and its sockets below what is full; undefined when no number does,
 * because every node hears too much of the others.
 */
export function nodesFor(
  site: Omit<Site, 'nodes'>,
  figures: Figures,
  workload: Workload,
): number | undefined {
  const fits = (nodes: number) => loadOf({ ...site, nodes }, figures, workload).node <= FULL
  const forSockets = Math.ceil(flowsOf(site.users, workload).sockets / SOCKETS_PER_NODE)
  let low = Math.max(NODES_MIN, forSockets)
  if (fits(low)) return low
  let high = low
  while (!fits(high)) {
    high *= 2
    if (high > NODES_MAX) return undefined
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) high = middle
    else low = middle
  }
  return high
}

/** Up to how many users online a part keeps below a bound, when there are as many nodes as are needed. */
export function usersUntil(
  bound: (load: Load, nodes: number) => boolean,
  bus: Site['bus'],
  figures: Figures,
  workload: Workload,
): number {
  const holds = (users: number) => {
    const nodes = nodesFor({ users, bus }, figures, workload)
    return nodes !== undefined && bound(loadOf({ users, nodes, bus }, figures, workload), nodes)
  }
  let [low, high] = [1, 1e9]
  if (holds(high)) return Number.POSITIVE_INFINITY
  while (high / low > 1.01) {
    const middle = Math.sqrt(low * high)
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}

/** What one event of a kind costs. */
export interface EventCost {
  frames: number
  /** Main threads of all nodes together, ms. */
  nodesMs: number
  /** The node that has the largest part, ms: how long others wait there. */
  longestMs: number
  megabytes: number
  redisUs: number
}

/** A message to a group of which so many sockets are open, evenly spread. */
export function fanOut(sockets: number, nodes: number, { node, redis, wire }: Figures): EventCost {
  const perNode = node.telegramUs + node.eventUs + node.heardUs
  return {
    frames: sockets,
    nodesMs: (nodes * perNode + sockets * node.frameUs) / 1000,
    longestMs: (perNode + (sockets / nodes) * node.frameUs) / 1000,
    megabytes: (sockets * wire.frameBytes) / 1e6,
    redisUs: redis.publishUs + nodes * redis.deliverUs,
  }
}

/**
 * How long the other nodes need for the sockets of one that is gone, seconds, with what is left of their main threads;
 * PostgreSQL aside.
 */
export function returnSeconds(site: Site, figures: Figures, workload: Workload): number {
  const left = site.nodes - 1
  const sockets = flowsOf(site.users, workload).sockets / site.nodes
  const { node } = loadOf({ ...site, nodes: left }, figures, workload)
  return (sockets * (figures.node.connectUs + figures.node.listUs)) / 1e6 / (left * Math.max(0.01, 1 - node))
}

/** A day of messages. */
export function dayOf(users: number, { postgres }: Figures, workload: Workload) {
  const messages = flowsOf(users, workload).sends * workload.busyHours * 3600
  return {
    messages,
    storedGigabytes: (messages * postgres.storedBytesPerMessage) / 1e9,
    walGigabytes: (messages * postgres.walBytesPerMessage) / 1e9,
    pictureGigabytes: (messages * workload.pictureShare * workload.pictureKilobytes) / 1e6,
  }
}
