import { loadFigures } from './figures.ts'
import {
  dayOf,
  FULL,
  fanOut,
  type Load,
  loadOf,
  nodesFor,
  POOL,
  returnSeconds,
  type Site,
  usersUntil,
} from './scale/arithmetic.ts'
import { type Outcome, simulate } from './scale/simulation.ts'
import { flowsOf, WORKLOAD } from './scale/workload.ts'

/*
 * `npm run bench:scale`: how busy the parts of a site are with 10,000 to 10,000,000 users online, once by the arithmetic
 * of docs/scale.md and once by a simulation, from the figures of figures.json and the workload of scale/workload.ts.
 */

const LEVELS = [
  { users: 10_000, seconds: 60, looked: 'all' },
  { users: 100_000, seconds: 20, looked: 'all' },
  { users: 1_000_000, seconds: 8, looked: 8 },
  { users: 10_000_000, seconds: 3, looked: 8 },
] as const
/** PostgreSQL's machine, unless it takes a larger one. */
const DATABASE_CORES = 16
const SEED = 20_260_101
const BIG_GROUP = 5000

const figures = await loadFigures()
const print = (line = '') => console.log(line)
const whole = (value: number) => Math.round(value).toLocaleString('en')
const percent = (value: number) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`
const row = (...cells: string[]) =>
  print(cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(15))).join(''))

function compare(name: string, expected: number, found: number, show: (value: number) => string): void {
  row(
    name,
    show(expected),
    show(found),
    `${found >= expected ? '+' : ''}${(((found - expected) / expected) * 100).toFixed(1)} %`,
  )
}

/** The first part that is full when everything grows alike. */
function firstFull({ node, ofBus, redis, postgres }: Load): string {
  const parts: [string, number][] = [
    ['Redis', redis],
    [`PostgreSQL with ${DATABASE_CORES} cores`, postgres / DATABASE_CORES],
    // More nodes take work from each other, but each hears all of the bus.
    ['what every node hears of the others', ofBus],
  ]
  const [name, load] = parts.toSorted(([, a], [, b]) => b - a)[0]!
  const verdict = load > 1 ? 'cannot carry it' : load > FULL ? 'is full' : 'comes next'
  return `${name} ${verdict} (${percent(load)}); nodes are at ${percent(node)}`
}

function show(site: Site, seconds: number, looked: number): void {
  const load = loadOf(site, figures, WORKLOAD)
  const redisThreads = Math.max(1, Math.ceil(load.redis / FULL))
  const databaseCores = Math.max(DATABASE_CORES, Math.ceil(load.postgres / FULL))
  const outcome: Outcome = simulate(
    { site, redisThreads, databaseCores, seconds, looked, seed: SEED },
    figures,
    WORKLOAD,
  )
  const bus =
    site.bus === 'everyone'
      ? 'every node hears everything (as Parley is)'
      : 'nodes hear what somebody listens to'
  print(`  ${whole(site.nodes)} nodes; ${bus}`)
  row('', 'arithmetic', 'simulation', 'deviation')
  compare('  main thread of a node', load.node, outcome.node, percent)
  compare('  Redis, cores', load.redis, outcome.redis, (value) => value.toFixed(2))
  compare('  PostgreSQL, cores', load.postgres, outcome.postgres, (value) => value.toFixed(2))
  compare('  messages in a batch', load.batch, outcome.batch, (value) => value.toFixed(2))
  compare('  frames a second', load.frames, outcome.frames, whole)
  print(
    `  of a node's thread for the bus ${percent(load.ofBus)}, of Redis for limits ${load.ofLimits.toFixed(2)} cores`,
  )
  print(
    `  MB/s: ${load.nodeMegabytes.toFixed(1)} out of each node, ${load.redisMegabytes.toFixed(1)} out of Redis, ${load.walMegabytes.toFixed(1)} of log; ${whole(load.commits)} commits a second, ${whole(site.nodes * POOL)} connections`,
  )
  if (redisThreads > 1) print(`  simulated with ${redisThreads} times Redis, which Parley cannot use`)
  if (databaseCores > DATABASE_CORES) print(`  simulated with ${databaseCores} cores for PostgreSQL`)
  const times = [outcome.nodeWaitMs, outcome.redisWaitMs, outcome.postgresWaitMs]
    .map((ms) => ms.toFixed(1))
    .join(', ')
  print(
    `  p99: waiting for node, Redis, PostgreSQL ${times} ms; to the answer ${outcome.answerMs.toFixed(1)} ms, to a frame elsewhere ${outcome.deliveryMs.toFixed(1)} ms`,
  )
  print(
    `  when a node is gone, its sockets are back after ${returnSeconds(site, figures, WORKLOAD).toFixed(0)} s`,
  )
  print(`  next: ${firstFull(load)}`)
}

function showLevel({ users, seconds, looked }: (typeof LEVELS)[number]): void {
  const flows = flowsOf(users, WORKLOAD)
  const day = dayOf(users, figures, WORKLOAD)
  print(
    `\n${whole(users)} users online, ${whole(flows.sockets)} sockets: ${whole(flows.sends)} messages, ${whole(flows.pages)} pages, ${whole(flows.arrivals)} arrivals a second`,
  )
  print(
    `  in a day ${whole(day.messages)} messages, ${whole(day.storedGigabytes)} GB of rows, ${whole(day.walGigabytes)} GB of log, ${whole(day.pictureGigabytes)} GB of pictures`,
  )
  const lookedOf = (nodes: number) => (looked === 'all' ? nodes : Math.min(looked, nodes))
  const nodes = nodesFor({ users, bus: 'everyone' }, figures, WORKLOAD)
  const directed = nodesFor({ users, bus: 'listeners' }, figures, WORKLOAD)
  if (nodes !== undefined) show({ users, nodes, bus: 'everyone' }, seconds, lookedOf(nodes))
  else if (directed !== undefined) {
    const { ofBus, redis } = loadOf({ users, nodes: directed, bus: 'everyone' }, figures, WORKLOAD)
    print(
      `  as Parley is, no number of nodes carries it: of ${whole(directed)}, each would hear ${percent(ofBus)}, and Redis ${percent(redis)}`,
    )
  }
  const isEnough =
    nodes !== undefined && loadOf({ users, nodes, bus: 'everyone' }, figures, WORKLOAD).redis <= FULL
  if (isEnough || directed === undefined) return
  show({ users, nodes: directed, bus: 'listeners' }, seconds, lookedOf(directed))
}

const { measured } = figures
print(
  `Figures of ${measured.date}: ${measured.processor}, ${measured.cores} cores, ${measured.runtime}, PostgreSQL ${measured.postgres}, Redis ${measured.redis}`,
)
for (const level of LEVELS) showLevel(level)

print('\nWith as many nodes as are needed, as Parley is:')
const until = (bound: (load: Load, nodes: number) => boolean) =>
  whole(usersUntil(bound, 'everyone', figures, WORKLOAD))
row(
  '  Redis is full at',
  until(({ redis }) => redis <= FULL),
  'users online',
)
row(
  '  PostgreSQL, 16 cores, is full at',
  until(({ postgres }) => postgres <= FULL * DATABASE_CORES),
  'users online',
)
row(
  '  nodes hear too much at',
  until(({ ofBus }) => ofBus <= FULL / 2),
  'users online',
)

print(`\nA message to a group of ${whole(BIG_GROUP)}, all online with one socket:`)
for (const nodes of [1, 3, 10]) {
  const cost = fanOut(BIG_GROUP, nodes, figures)
  print(
    `  ${nodes} nodes: ${whole(cost.frames)} frames, ${cost.megabytes.toFixed(1)} MB, ${cost.nodesMs.toFixed(0)} ms of main threads, ${cost.longestMs.toFixed(0)} ms on each, Redis ${cost.redisUs.toFixed(0)} µs`,
  )
}
