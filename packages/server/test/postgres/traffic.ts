import { expect } from 'bun:test'
import { type Envelope, ERRORS } from '@parley/contract'
import type { SQL } from 'bun'
import type { Caller, Listener, TestSite, TestUser } from '../harness.ts'

/*
 * People of a site who go on sending and reading whatever happens to its database, and a note of what they were answered.
 */

/** The longest that an answer may take on a busy machine, whatever has happened, ms. */
const ANSWER_MS_MAX = 10_000
/** How long it may take until all is well again after the database is back, ms. */
const RECOVERY_MS_MAX = 15_000
/** Between two calls of the same client, ms. */
const PACE_MS = 100
/** Clients that make the same calls side by side. */
const CLIENTS = 3

type Answer = Pick<Envelope, 'code' | 'msg'>

interface Noted extends Answer {
  call: string
  /** Moments of `performance.now()`. */
  askedAt: number
  answeredAt: number
}

/** A moment in which the database cannot be used. */
export interface Outage {
  readonly from: number
  readonly to: number
}

export class Traffic {
  readonly answers: Noted[] = []
  readonly #acknowledged = new Map<string, { mid: number; seq: number }>()
  readonly #refused = new Set<string>()
  readonly #calls: Record<string, () => Promise<Answer>>
  readonly #api: Caller
  #running: Promise<unknown> | undefined
  #stopped = false
  #looking = () => {}
  #serial = 0

  private constructor(
    site: TestSite,
    readonly from: TestUser,
    readonly to: TestUser,
    /** What the other one hears meanwhile. */
    readonly ear: Listener,
    private readonly name: string,
  ) {
    const api = site.api(from)
    this.#api = api
    const chat = { id: to.uid, type: 'friend' }
    this.#calls = {
      send: () => this.send(),
      'pop/get': () => site.as(from).call('pop/get'),
      'message/get': () => api.call('message/get', chat),
      // Writes outside of a transaction and within one.
      'user/update': () => api.call('user/update', { sign: String(++this.#serial) }),
      'admin/setsettings': () => site.api().call('admin/setsettings', { app_name: String(++this.#serial) }),
      healthz: async () => {
        const response = await fetch(`${site.url}/healthz`)
        const { failing } = (await response.json()) as { failing: string[] }
        return { code: response.status === 200 ? 0 : response.status, msg: failing.join() }
      },
    }
  }

  /** Two people who have not met before. */
  static async between(site: TestSite, name: string): Promise<Traffic> {
    const [from, to] = (await site.users(2)) as [TestUser, TestUser]
    await site.befriend(from, to)
    return new Traffic(site, from, to, await site.listen(to, `user-${to.uid}`), name)
  }

  /** Sends one message, with a key for trying again. */
  async send(content = `${this.name} ${++this.#serial}`, filling = ''): Promise<Answer> {
    this.#refused.add(content)
    const fields = { to: this.to.uid, type: 'friend', content: `${content}|${filling}`, uniqueId: content }
    const { code, msg, data } = await this.#api.call<any>('message/send', fields)
    if (code === 0) {
      this.#acknowledged.set(content, { mid: data.mid, seq: data.seq })
      this.#refused.delete(content)
    }
    return { code, msg }
  }

  /** Makes a call and notes its answer. */
  async note(call: string, asking: () => Promise<Answer> = this.#calls[call]!): Promise<Noted> {
    const askedAt = performance.now()
    const noted = { call, askedAt, ...(await asking()), answeredAt: performance.now() }
    this.answers.push(noted)
    this.#looking()
    return noted
  }

  /** Makes each call once, side by side. */
  round(): Promise<Noted[]> {
    return Promise.all(Object.keys(this.#calls).map((call) => this.note(call)))
  }

  start(): void {
    const client = async (call: string) => {
      while (!this.#stopped) {
        await this.note(call)
        await Bun.sleep(PACE_MS)
      }
    }
    const clients = Object.keys(this.#calls).flatMap((call) =>
      Array.from({ length: CLIENTS }, () => client(call)),
    )
    this.#running = Promise.all(clients)
  }

  /** Resolves when each call has succeeded after a moment; fails when that takes too long. */
  whenWell(since: number): Promise<void> {
    return this.#whenEach('still failing', ({ code, askedAt }) => code === 0 && askedAt > since)
  }

  /** Resolves when each call was asked after a moment, and refused. */
  whenRefused(since: number): Promise<void> {
    return this.#whenEach('not refused', ({ code, askedAt }) => code !== 0 && askedAt > since)
  }

  /** Resolves when each call has been answered so. */
  async #whenEach(otherwise: string, isSo: (noted: Noted) => boolean): Promise<void> {
    const missing = () =>
      Object.keys(this.#calls).filter(
        (call) => !this.answers.some((noted) => noted.call === call && isSo(noted)),
      )
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const late = setTimeout(() => reject(new Error(`${otherwise}: ${missing()}`)), RECOVERY_MS_MAX)
    this.#looking = () => {
      if (missing().length === 0) resolve()
    }
    this.#looking()
    await promise.finally(() => clearTimeout(late))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  /** What was asked in an outage was refused with a clear answer, in time; and everything else was answered in time, too. */
  expectRefusedIn({ from, to }: Outage): void {
    for (const call of Object.keys(this.#calls)) {
      const during = this.answers.filter(
        (noted) => noted.call === call && noted.askedAt >= from && noted.answeredAt <= to,
      )
      const kinds = new Set(during.map(({ code, msg }) => `${code} ${msg}`))
      const told = call === 'healthz' ? '503 database' : `503 ${ERRORS.unavailable.zh}`
      expect([call, ...kinds]).toEqual([call, told])
    }
    this.expectInTime()
  }

  expectInTime(): void {
    const slowest = this.answers.toSorted((a, b) => b.answeredAt - b.askedAt - (a.answeredAt - a.askedAt))[0]!
    const ms = Math.round(slowest.answeredAt - slowest.askedAt)
    process.stdout.write(`${this.name}: ${this.answers.length} calls, slowest ${slowest.call} ${ms} ms\n`)
    expect(ms).toBeLessThan(ANSWER_MS_MAX)
  }

  /**
   * Everything works; what was refused is sent again, as clients do; then every message is there exactly once, where it
   * was acknowledged, and the other one, whose socket stayed open, has heard what was acknowledged.
   */
  async expectWhole(sql: SQL): Promise<void> {
    for (const { call, code } of await this.round()) expect([call, code]).toEqual([call, 0])
    await this.ear.barrier()
    expect(this.ear.closed).toBeUndefined()
    const heard = this.ear.frames
      .filter(({ event }) => event === 'message')
      .map(({ data }) => Number(data.mid))
    expect(heard.toSorted()).toEqual([...new Set(heard)].toSorted())
    for (const { mid } of this.#acknowledged.values()) expect(heard).toContain(mid)
    for (const content of this.#refused)
      expect([content, (await this.send(content)).code]).toEqual([content, 0])

    const [low, high] = [this.from.uid, this.to.uid].toSorted((a, b) => a - b)
    const rows: any[] = await sql`
      select m.seq, m.mid, split_part(m.content, '|', 1) as content, c.last_seq
      from message m join conversation c on c.id = m.conversation_id
      where c.kind = 'friend' and c.low = ${low} and c.high = ${high} order by m.seq`
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, i) => i + 1))
    expect(Number(rows[0].last_seq)).toBe(rows.length)
    const sent = rows.filter(({ content }) => content.startsWith(this.name))
    const stored = sent.map(({ content, mid, seq }) => [content, { mid: Number(mid), seq: Number(seq) }])
    const acknowledged = [...this.#acknowledged].toSorted(([, a], [, b]) => a.seq - b.seq)
    expect(stored).toEqual(acknowledged)
  }
}
