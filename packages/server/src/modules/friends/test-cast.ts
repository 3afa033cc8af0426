import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@parley/contract'
import { LocalBus } from '../../cluster/index.ts'
import { type Database, openSqlite } from '../../storage/index.ts'
import { Conversations } from '../conversations/index.ts'
import { Users } from '../users/index.ts'
import { Friends } from './friends.ts'
import { Profiles } from './profiles.ts'
import { FriendRequests } from './requests.ts'

/** The friends module on a real database of its own, with people to play on it. For this folder's tests. */
export interface Cast extends Awaited<ReturnType<typeof openServices>> {
  person(nickname?: string): Promise<number>
  people(): Promise<[number, number, number]>
  /** `from` says something to `to`. @returns their conversation */
  say(from: number, to: number): Promise<number>
  nidFrom(to: number, from: number): Promise<number>
  close(): Promise<void>
}

/** What the tests change and look at. */
interface Stage {
  now: number
  /** How many queries were read. */
  reads: number
  settings: { add_friend: boolean; member_detail: boolean }
  pushed: Array<[channel: string, event: string, payload: unknown]>
  greetings: Array<[from: number, to: number]>
  greetingFails: Error | undefined
}

export async function openCast(): Promise<Cast> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-friends-'))
  const services = await openServices(join(folder, 'parley.db'))
  const { db, users, conversations, requests, stage } = services
  let serial = 0
  const person = async (nickname = `P${++serial}`) => {
    const account = await users.create({ username: `f${++serial}`, nickname, password_hash: '' })
    return account.uid
  }
  return {
    ...services,
    person,
    people: async () => [await person(), await person(), await person()],
    async say(from, to) {
      const conversationId = await conversations.ensureDirect(from, to)
      const draft = {
        conversationId,
        from,
        content: 'hi',
        subType: 'message',
        at: stage.now,
        auto: 0,
      } as const
      await db.append({ ...draft, quoteMid: 0, quoteContent: '', uniqueId: null })
      return conversationId
    },
    async nidFrom(to, from) {
      return (await requests.list(to, 500)).find((request) => request.from === from)!.nid
    },
    async close() {
      await db.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function openServices(file: string) {
  const stage: Stage = {
    now: 1_700_000_000_000,
    reads: 0,
    settings: { add_friend: true, member_detail: true },
    pushed: [],
    greetings: [],
    greetingFails: undefined,
  }
  const db = counting(await openSqlite(file), stage)
  const invalidations = new LocalBus()
  const clock = () => stage.now
  const publish = (channels: string | readonly string[], event: string, payload: unknown) => {
    for (const channel of [channels].flat()) stage.pushed.push([channel, event, payload])
  }
  const settings = { on: (name: keyof Stage['settings']) => stage.settings[name] }
  const users = new Users({ db, invalidations, clock })
  const conversations = new Conversations({ db, invalidations, clock })
  const friends = new Friends({ db, users, conversations, invalidations, publish, clock })
  const greet = async (from: number, to: number) => {
    stage.greetings.push([from, to])
    if (stage.greetingFails) throw stage.greetingFails
  }
  const requests = new FriendRequests({ db, users, friends, publish, clock, settings, greet })
  const profiles = new Profiles({ db, users, friends, settings })
  return { db, users, conversations, friends, requests, profiles, stage }
}

/** The same database, counting its reads. */
function counting(db: Database, stage: Stage): Database {
  const read = db.read.withPlugin({
    transformQuery: ({ node }) => {
      stage.reads++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return { ...db, read }
}

/** What became of a call: its result, or the kind of its error. */
export const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error) => (error instanceof AppError ? error.kind : String(error)))
