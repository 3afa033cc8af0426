import { residentMegabytes } from '../site.ts'
import type { Audience } from './audience.ts'
import { GhostNode, line, messageItem } from './bus.ts'
import type { Meters, Spent } from './calls.ts'
import { type Meter, spent } from './machine.ts'
import { BIG_GID, EARLY, PEOPLE } from './population.ts'

const IDLE_SECONDS = Number(process.env.BENCH_IDLE_SECONDS ?? 50)
const TELEGRAMS = 10_000
/** Telegrams on their way at once. */
const AT_ONCE = 20
const ITEMS_OF_FULL = 50
const GROUP_EVENTS = 60
const BURST = 10
const ARRIVAL_MS = 20

const people = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Resolves when so many people are stored as online. */
export type Settled = (online: number) => Promise<void>

/** Opens a thousand sockets, then the rest, and leaves all of them alone for a while. */
export async function measureSockets(pid: number, meters: Meters, audience: Audience, settled: Settled) {
  const idleMegabytes = await residentMegabytes(pid)
  const early = await spent(meters, async () => {
    await audience.join(people(1, EARLY))
    await settled(EARLY)
  })
  const earlyMegabytes = await residentMegabytes(pid)
  await audience.join(people(EARLY + 1, PEOPLE))
  await settled(PEOPLE)
  const allMegabytes = await residentMegabytes(pid)
  const idle = await spent(meters, () => Bun.sleep(IDLE_SECONDS * 1000))
  const each = (name: keyof Spent) => early.us[name] / EARLY
  return {
    idleMegabytes,
    earlyMegabytes,
    allMegabytes,
    arrival: { main: each('main'), all: each('all'), redis: each('redis'), postgres: each('postgres') },
    socketSecondUs: idle.us.main / PEOPLE / IDLE_SECONDS,
  }
}

/** Closes all sockets. */
export async function measureLeaving(meters: Meters, audience: Audience, settled: Settled): Promise<Spent> {
  const { us } = await spent(meters, async () => {
    audience.close()
    await settled(0)
  })
  return {
    main: us.main / PEOPLE,
    all: us.all / PEOPLE,
    redis: us.redis / PEOPLE,
    postgres: us.postgres / PEOPLE,
  }
}

/** Tells a node of events, some telegrams at once, and waits until all is heard; what a telegram costs its main thread. */
async function costOf(
  ghost: GhostNode,
  main: Meter,
  { telegrams, items, heard, channelOf, audience }: Telling,
): Promise<number> {
  let told = 0
  const { us } = await spent({ main }, async () => {
    while (told < telegrams) {
      const before = audience?.heard ?? 0
      const batch = Math.min(AT_ONCE, telegrams - told)
      await Promise.all(
        Array.from({ length: batch }, () => {
          const channel = channelOf(told++)
          return ghost.tell(
            Array.from({ length: items }, () => messageItem([channel, `private-${channel}`], told)),
          )
        }),
      )
      await audience?.until(before + batch * items * heard)
    }
    // What Redis has acknowledged is on its way to the node.
    await Bun.sleep(ARRIVAL_MS)
  })
  return us.main / telegrams
}

interface Telling {
  telegrams: number
  /** Events in each. */
  items: number
  /** Sockets that hear each event. */
  heard: number
  channelOf: (telegram: number) => string
  audience?: Audience
}

const nobody = () => 'user-99999999'

/** What a node spends on what another one tells and nobody here listens to. */
export async function measureTelegrams(redisUrl: string, main: Meter) {
  const ghost = new GhostNode(redisUrl)
  const telling = { heard: 0, channelOf: nobody }
  await costOf(ghost, main, { ...telling, telegrams: TELEGRAMS, items: 1 })
  const one = await costOf(ghost, main, { ...telling, telegrams: TELEGRAMS, items: 1 })
  const many = await costOf(ghost, main, {
    ...telling,
    telegrams: TELEGRAMS / ITEMS_OF_FULL,
    items: ITEMS_OF_FULL,
  })
  await ghost.close()
  const { fixed, each } = line([
    [1, one],
    [ITEMS_OF_FULL, many],
  ])
  return { telegramUs: fixed, eventUs: each }
}

/** What a node spends on frames: for one socket, for all of them, and for all of them ten times in a turn. */
export async function measureFrames(redisUrl: string, main: Meter, audience: Audience) {
  const ghost = new GhostNode(redisUrl)
  const toAll = { heard: PEOPLE, channelOf: () => `group-${BIG_GID}`, audience }
  const unheard = await costOf(ghost, main, { telegrams: TELEGRAMS, items: 1, heard: 0, channelOf: nobody })
  const lone = await costOf(ghost, main, {
    telegrams: TELEGRAMS,
    items: 1,
    heard: 1,
    channelOf: (i) => `user-${(i % PEOPLE) + 1}`,
    audience,
  })
  const frameBytes = audience.frameBytes
  let all = 0
  for (let event = 0; event < GROUP_EVENTS; event++)
    all += await costOf(ghost, main, { ...toAll, telegrams: 1, items: 1 })
  let burst = 0
  for (let event = 0; event < GROUP_EVENTS; event += BURST)
    burst += await costOf(ghost, main, { ...toAll, telegrams: 1, items: BURST })
  await ghost.close()
  const { fixed, each } = line([
    [1, lone - unheard],
    [PEOPLE, all / GROUP_EVENTS - unheard],
  ])
  return {
    frameBytes,
    loneUs: lone - unheard,
    heardUs: fixed,
    frameUs: each,
    burstFrameUs: burst / GROUP_EVENTS / PEOPLE,
  }
}
