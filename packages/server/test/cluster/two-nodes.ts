import { until } from '../../../../scripts/services/processes.mjs'
import { type Listener, type SiteOptions, startSite, type TestSite, type TestUser } from '../harness.ts'
import { newPostgresDatabase, uniqueName } from '../services.ts'

/*
 * Whole servers that are one site: nodes with one database and one Redis. Users, sessions and groups may be made by way of
 * any of them; each has a server key and sockets of its own.
 */

/** Few connections each: other test files run at the same time. */
const DATABASE_POOL = '6'
/** Where {@link passed} publishes; sockets opened by {@link Nodes.listen} hear it. */
const MARKS = 'marks'

export interface Nodes {
  readonly a: TestSite
  readonly b: TestSite
  /** What leads a further node, or a command, to this site. */
  readonly env: Record<string, string>
  close(): Promise<void>
}

/** Starts two nodes. @param redisUrl where they meet, under a prefix of their own */
export async function startNodes(
  redisUrl: string,
  options: Pick<SiteOptions, 'timings'> & { env?: Record<string, string> } = {},
): Promise<Nodes> {
  const database = await newPostgresDatabase()
  const env = {
    ...{ DATABASE_URL: database.url, DATABASE_POOL, REDIS_URL: redisUrl, REDIS_PREFIX: uniqueName() },
    ...options.env,
  }
  const [a, b] = [await startSite({ ...options, env }), await startSite({ ...options, env })]
  return {
    a,
    b,
    env,
    async close() {
      await Promise.all([a.close(), b.close()])
      await database.drop()
    },
  }
}

/** Opens a user's socket on a node, which can be asked with {@link passed}, too. */
export const listenOn = (node: TestSite, user: TestUser | undefined, ...channels: string[]) =>
  node.listen(user, ...channels, MARKS)

let marks = 0

/**
 * Resolves when a socket has heard everything that the nodes published before: what one node says arrives in the order in
 * which it was said. So it can be known what will not come.
 */
export async function passed(ear: Listener, ...from: TestSite[]): Promise<void> {
  for (const node of from) {
    const event = `mark-${++marks}`
    await node.api().ok('push/emit', { channel: MARKS, event })
    await ear.next(event, MARKS)
  }
}

/** Waits until something is so. @throws Error when it takes longer than `limitMs` */
export async function soon(isSo: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  if (!(await until(isSo, limitMs))) throw new Error(`not so within ${limitMs} ms: ${isSo}`)
}

/** How many milliseconds something takes. */
export async function msOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work
  return performance.now() - start
}

/** Events of a name that a socket has heard and nobody has taken. */
export const heardOf = (ear: Listener, event: string): any[] =>
  ear.frames.filter((frame) => frame.event === event).map(({ data }) => data)
