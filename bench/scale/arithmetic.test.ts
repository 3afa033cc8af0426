import { describe, expect, test } from 'bun:test'
import { loadFigures } from '../figures.ts'
import {
  batchSize,
  FULL,
  fanOut,
  loadOf,
  nodesFor,
  nodesThatHear,
  SOCKETS_PER_NODE,
  usersUntil,
} from './arithmetic.ts'
import { Lane, Station, Timeline } from './queueing.ts'
import { Random } from './random.ts'
import { type Plan, simulate } from './simulation.ts'
import { flowsOf, WORKLOAD } from './workload.ts'

const figures = await loadFigures(new URL('../figures.json', import.meta.url).pathname)
const HALF_A_MINUTE: Plan = {
  site: { users: 20_000, nodes: 3, bus: 'everyone' },
  redisThreads: 1,
  databaseCores: 4,
  seconds: 30,
  looked: 3,
  seed: 7,
}

describe('the arithmetic', () => {
  test('the parts of the workload add up', () => {
    const { sends, messages } = flowsOf(60_000, WORKLOAD)
    expect(sends).toBe(500)
    expect(messages.reduce((sum, { perSecond }) => sum + perSecond, 0)).toBeCloseTo(sends)
  })

  test('one socket is on one node, many are on all', () => {
    expect(nodesThatHear(10, 1)).toBeCloseTo(1)
    expect(nodesThatHear(1, 5)).toBe(1)
    expect(nodesThatHear(10, 1000)).toBeCloseTo(10)
    expect(nodesThatHear(1000, 20)).toBeLessThan(20)
  })

  test('a batch is one message when little is sent, and what arrives meanwhile when much is', () => {
    expect(batchSize(0.001, 5)).toBeCloseTo(1)
    expect(batchSize(10_000, 5)).toBeCloseTo(50)
  })

  test('there are as many nodes as are needed, and not one more', () => {
    const site = { users: 5_000_000, bus: 'listeners' } as const
    const cpuBound = { ...figures, node: { ...figures.node, pageUs: 10_000 } }
    const nodes = nodesFor(site, cpuBound, WORKLOAD)!
    expect(loadOf({ ...site, nodes }, cpuBound, WORKLOAD).node).toBeLessThanOrEqual(FULL)
    expect(loadOf({ ...site, nodes: nodes - 1 }, cpuBound, WORKLOAD).node).toBeGreaterThan(FULL)
    const few = nodesFor({ users: 100_000, bus: 'everyone' }, figures, WORKLOAD)!
    expect(few * SOCKETS_PER_NODE).toBeGreaterThanOrEqual(flowsOf(100_000, WORKLOAD).sockets)
  })

  test('where every node hears everything, more nodes are no help in the end', () => {
    expect(nodesFor({ users: 1e9, bus: 'everyone' }, figures, WORKLOAD)).toBeUndefined()
    const end = usersUntil(({ ofBus }) => ofBus < FULL / 2, 'everyone', figures, WORKLOAD)
    const ofBus = (users: number) => loadOf({ users, nodes: 500, bus: 'everyone' }, figures, WORKLOAD).ofBus
    expect(ofBus(end * 0.9)).toBeLessThan(FULL / 2)
    expect(ofBus(end * 1.1)).toBeGreaterThan(FULL / 2)
  })

  test('frames cost the same on any number of nodes, but each node waits for its own alone', () => {
    const [one, ten] = [fanOut(5000, 1, figures), fanOut(5000, 10, figures)]
    expect(ten.frames).toBe(one.frames)
    expect(ten.nodesMs).toBeLessThan(one.nodesMs * 1.2)
    expect(ten.longestMs).toBeLessThan(one.longestMs / 8)
  })
})

describe('the simulation', () => {
  test('agrees with the arithmetic where the queues are short', () => {
    const load = loadOf(HALF_A_MINUTE.site, figures, WORKLOAD)
    const outcome = simulate(HALF_A_MINUTE, figures, WORKLOAD)
    for (const part of ['node', 'redis', 'postgres', 'batch', 'frames'] as const) {
      expect(outcome[part] / load[part]).toBeGreaterThan(0.85)
      expect(outcome[part] / load[part]).toBeLessThan(1.15)
    }
  })

  test('agrees also where reading is told to nobody', () => {
    const quiet = { ...WORKLOAD, toldShare: 0 }
    const load = loadOf(HALF_A_MINUTE.site, figures, quiet)
    expect(loadOf(HALF_A_MINUTE.site, figures, WORKLOAD).telegrams).toBeGreaterThan(load.telegrams * 1.5)
    const outcome = simulate(HALF_A_MINUTE, figures, quiet)
    for (const part of ['node', 'redis', 'frames'] as const) {
      expect(outcome[part] / load[part]).toBeGreaterThan(0.85)
      expect(outcome[part] / load[part]).toBeLessThan(1.15)
    }
  })

  test('is the same every time, and another one with another seed', () => {
    const short = { ...HALF_A_MINUTE, seconds: 5 }
    const first = simulate(short, figures, WORKLOAD)
    expect(simulate(short, figures, WORKLOAD)).toEqual(first)
    expect(simulate({ ...short, seed: 8 }, figures, WORKLOAD)).not.toEqual(first)
  })

  test('a sample of the nodes shows what all of them do', () => {
    const site = { users: 200_000, nodes: 20, bus: 'listeners' } as const
    const plan = { ...HALF_A_MINUTE, site, seconds: 6, databaseCores: 8 }
    const [whole, sample] = [20, 5].map((looked) => simulate({ ...plan, looked }, figures, WORKLOAD))
    expect(sample!.node / whole!.node).toBeGreaterThan(0.85)
    expect(sample!.node / whole!.node).toBeLessThan(1.15)
  })

  test('a part that is asked for more than it can do keeps others waiting', () => {
    const slow = { ...figures, redis: { ...figures.redis, limitUs: 20_000 } }
    const { redis, redisWaitMs, answerMs } = simulate(HALF_A_MINUTE, slow, WORKLOAD)
    expect(redis).toBeGreaterThan(1)
    expect(redisWaitMs).toBeGreaterThan(1000)
    expect(answerMs).toBeGreaterThan(1000)
  })
})

describe('its parts', () => {
  test('events happen in their order', () => {
    const timeline = new Timeline()
    const random = new Random(1)
    const happened: number[] = []
    for (let i = 0; i < 500; i++) {
      const time = random.next()
      timeline.at(time, () => happened.push(time))
    }
    timeline.run(0.5)
    expect(happened).toEqual(happened.toSorted((a, b) => a - b))
    expect(Math.max(...happened)).toBeLessThanOrEqual(0.5)
    timeline.run(1)
    expect(happened).toHaveLength(500)
  })

  test('two servers work on two things at once, the third waits', () => {
    const timeline = new Timeline()
    const station = new Station(timeline, 2)
    const ends: number[] = []
    for (let i = 0; i < 3; i++) station.serve(1e6, () => ends.push(timeline.now))
    timeline.run(4)
    expect(ends).toEqual([1, 1, 2])
    expect(station.busy).toBeCloseTo(0.75)
    expect(station.waits.p99).toBeCloseTo(1000)
  })

  test('a lane takes all that waits, up to its most', () => {
    const batches: number[][] = []
    let finish = () => {}
    const lane = new Lane<number>(3, (batch, done) => {
      batches.push([...batch])
      finish = done
    })
    for (let i = 0; i < 6; i++) lane.add(i)
    finish()
    finish()
    finish()
    expect(batches).toEqual([[0], [1, 2, 3], [4, 5]])
  })
})
