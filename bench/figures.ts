import { z } from 'zod'

/*
 * What things cost, as `npm run bench:figures` measures it and `npm run bench:scale` calculates with it. To calculate with
 * figures of your own machines, measure there, or edit a copy and name it in BENCH_FIGURES.
 */

const positive = z.number().positive()
/** A difference of two measurements: it may come out as nothing. */
const cost = z.number().nonnegative()

const Figures = z.object({
  /** Where they come from. */
  measured: z.object({
    date: z.string(),
    processor: z.string(),
    cores: positive,
    runtime: z.string(),
    postgres: z.string(),
    redis: z.string(),
  }),
  /**
   * A node. CPU is that of the main thread, which is what a node runs out of, unless said otherwise, and under load: a
   * node with little to do spends more on each thing.
   */
  node: z.object({
    /** RSS without sockets, and what each socket of a signed-in user with three channels adds. */
    idleMegabytes: positive,
    socketKilobytes: positive,
    /** A message that a user sends over HTTP, to its answer: session, limits, checks, commit, publication. */
    sendUs: positive,
    /** A page of 20 messages (`message/get`). */
    pageUs: positive,
    /** More for a page that marks messages as read. */
    markUs: cost,
    /** The chat list with everything around it (`pop/get`), which a client asks for when it connects. */
    listUs: positive,
    /** A websocket: handshake, session, three subscriptions, the user's state stored and told to 30 friends. */
    connectUs: positive,
    /** The last socket of a user ends: the state is stored and told. */
    leaveUs: positive,
    /** What an open socket costs in a second, pings included. */
    socketSecondUs: cost,
    /** A telegram from another node, and each event in it. */
    telegramUs: cost,
    eventUs: positive,
    /** An event for somebody who listens on this node, beside its frames. */
    heardUs: cost,
    /** A frame to one socket, when an event goes to many. */
    frameUs: positive,
    /** The same when ten events of one turn go to the same sockets. */
    burstFrameUs: positive,
    /** CPU of all threads for each µs of the main thread. */
    allThreads: positive,
  }),
  redis: z.object({
    /** A PUBLISH, and each subscriber that it reaches. */
    publishUs: positive,
    deliverUs: positive,
    /** A rate limit that is looked at: one for every call of a user. */
    limitUs: positive,
    /** What a user's first socket costs beside that. */
    arrivalUs: cost,
    leaveUs: cost,
  }),
  /** CPU of all processes of PostgreSQL. */
  postgres: z.object({
    /** A batch of messages, and each message in it. */
    batchUs: positive,
    messageUs: positive,
    pageUs: positive,
    markUs: cost,
    listUs: positive,
    /** A user who comes: session, account, friends, groups are read, the state is written. */
    arrivalUs: positive,
    leaveUs: positive,
    /** From a user's request to the answer when there is little to do: for the most part the commit. */
    commitMs: positive,
    walBytesPerMessage: positive,
    /** Row and indexes. */
    storedBytesPerMessage: positive,
  }),
  /** Bytes of a message of 22 Chinese characters. */
  wire: z.object({ frameBytes: positive, eventBytes: positive }),
  /** Messages a second into one conversation, from 64 connections. */
  hotConversation: z.object({ sqlite: positive, postgres: positive, postgresTwoNodes: positive }),
})
export type Figures = z.infer<typeof Figures>

/** The file that holds them. */
export const FIGURES_FILE = process.env.BENCH_FIGURES || new URL('./figures.json', import.meta.url).pathname

/** @throws Error when the file is not there or something is missing in it */
export async function loadFigures(file = FIGURES_FILE): Promise<Figures> {
  return Figures.parse(await Bun.file(file).json())
}

/** Checks and writes them, three significant digits each: more would be noise. */
export async function saveFigures(figures: Figures, file = FIGURES_FILE): Promise<void> {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(3)) : value
  await Bun.write(file, `${JSON.stringify(Figures.parse(figures), rounded, 2)}\n`)
}
