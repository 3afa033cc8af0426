import type { Clock } from '../clock.ts'
import type { Claims } from '../cluster/index.ts'
import { log } from '../log.ts'
import type { HubObserver } from './observer.ts'
import { type App, sign } from './signature.ts'

export interface WebhookDependencies {
  url: string
  /** Signs the bodies. */
  app: Pick<App, 'key' | 'secret'>
  claims: Claims
  clock: Clock
  /** How long events are collected into one body. */
  batchMs: number
  /** First wait before another attempt; doubled each time. */
  retryMs: number
}

interface WebhookEvent {
  readonly name: 'channel_occupied' | 'channel_vacated' | 'member_added' | 'member_removed'
  readonly channel: string
  readonly user_id?: string
}

const OPPOSITE = {
  channel_occupied: 'channel_vacated',
  channel_vacated: 'channel_occupied',
  member_added: 'member_removed',
  member_removed: 'member_added',
} as const

const EVENTS_PER_BODY_MAX = 500
/** Bodies waiting for a receiver that is down; beyond that the oldest is given up. */
const BODIES_WAITING_MAX = 200
const ATTEMPTS_MAX = 6
const RETRY_MS_MAX = 60_000
const ANSWER_MS_MAX = 10_000

/**
 * Tells the site's backend which channels are occupied and who is in presence channels, in Pusher's form: signed,
 * in order, retried. What is undone within one batch (a page reload) is not told at all.
 *
 * Each node sees its own sockets; what is told is the first coming and the last leaving on the site, by the node where
 * that happens, or for a node that died by the one that takes over. While the nodes cannot reach each other, and just
 * after, something may be told twice.
 */
export class Webhooks implements HubObserver {
  #events = new Map<string, WebhookEvent>()
  #timer: Timer | undefined
  readonly #bodies: string[] = []
  #sending: Promise<void> | undefined
  readonly #stop = new AbortController()
  /** Events of which it is not known yet whether they are ones for the site. */
  readonly #doubtful = new Set<Promise<void>>()

  constructor(private readonly dependencies: WebhookDependencies) {
    dependencies.claims.observe({
      orphaned: (subject) => {
        const event = endOf(subject)
        return event && this.#end(event)
      },
      regained: (subject) => {
        const event = endOf(subject)
        if (event) this.#add({ ...event, name: OPPOSITE[event.name] })
      },
    })
  }

  channelOccupied(channel: string): void {
    this.#begin({ name: 'channel_occupied', channel })
  }

  channelVacated(channel: string): void {
    void this.#end({ name: 'channel_vacated', channel })
  }

  memberAdded(channel: string, memberId: string): void {
    this.#begin({ name: 'member_added', channel, user_id: memberId })
  }

  memberRemoved(channel: string, memberId: string): void {
    void this.#end({ name: 'member_removed', channel, user_id: memberId })
  }

  /** Sends what is waiting, and gives up what is not through after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const { promise: gaveUp, resolve } = Promise.withResolvers<void>()
    this.#stop.signal.addEventListener('abort', () => resolve(), { once: true })
    const giveUp = setTimeout(() => this.#stop.abort(), graceMs)
    await Promise.race([Promise.all(this.#doubtful), gaveUp])
    this.#flush()
    await this.#sending
    clearTimeout(giveUp)
    this.#stop.abort()
  }

  #begin(event: WebhookEvent): void {
    void this.#addIf(this.dependencies.claims.take(subjectOf(event)), event)
  }

  #end(event: WebhookEvent): Promise<void> {
    return this.#addIf(this.dependencies.claims.release(subjectOf(event)), event)
  }

  #addIf(answer: boolean | Promise<boolean>, event: WebhookEvent): Promise<void> {
    if (typeof answer === 'boolean') {
      if (answer) this.#add(event)
      return Promise.resolve()
    }
    const added = answer.then((isForSite) => {
      this.#doubtful.delete(added)
      if (isForSite) this.#add(event)
    })
    this.#doubtful.add(added)
    return added
  }

  #add(event: WebhookEvent): void {
    if (this.#stop.signal.aborted) return
    if (this.#events.delete(keyOf({ ...event, name: OPPOSITE[event.name] }))) return
    this.#events.set(keyOf(event), event)
    if (this.#events.size >= EVENTS_PER_BODY_MAX) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), this.dependencies.batchMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#events.size === 0) return
    this.#bodies.push(
      JSON.stringify({ time_ms: this.dependencies.clock(), events: [...this.#events.values()] }),
    )
    this.#events = new Map()
    if (this.#bodies.length > BODIES_WAITING_MAX) {
      this.#bodies.shift()
      log.warn({ waiting: BODIES_WAITING_MAX }, 'webhook_given_up')
    }
    this.#sending ??= this.#sendAll()
  }

  /** One body after the other: the order of events is what makes them of use. */
  async #sendAll(): Promise<void> {
    for (let body = this.#bodies.shift(); body !== undefined; body = this.#bodies.shift()) {
      if (this.#stop.signal.aborted) return
      await this.#send(body)
    }
    // In the same breath as finding nothing left: a body that comes now starts a new round.
    this.#sending = undefined
  }

  async #send(body: string): Promise<void> {
    let waitMs = this.dependencies.retryMs
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const problem = await this.#attempt(body)
      if (problem === undefined) return
      log.warn({ attempt, problem }, 'webhook_failed')
      if (attempt === ATTEMPTS_MAX || !(await this.#wait(waitMs))) return
      waitMs = Math.min(waitMs * 2, RETRY_MS_MAX)
    }
  }

  /** @returns what went wrong, if something did */
  async #attempt(body: string): Promise<string | undefined> {
    const { url, app } = this.dependencies
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-pusher-key': app.key,
          'x-pusher-signature': sign(app.secret, body),
        },
        body,
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
      })
      await response.body?.cancel()
      return response.ok ? undefined : `status ${response.status}`
    } catch (error) {
      return error instanceof Error ? error.name : 'failed'
    }
  }

  /** @returns false when sending has been stopped */
  async #wait(ms: number): Promise<boolean> {
    const { signal } = this.#stop
    if (signal.aborted) return false
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    clearTimeout(timer)
    return !signal.aborted
  }
}

/** What a claim stands for: that a channel is occupied, or that somebody is in one. No channel's name has a colon. */
const subjectOf = ({ channel, user_id }: WebhookEvent): string =>
  user_id === undefined ? `channel:${channel}` : `member:${channel}:${user_id}`

/** What is told when nobody holds a claim any more; nothing for claims that are not about channels. */
function endOf(subject: string): WebhookEvent | undefined {
  const [, kind, channel = '', userId] = /^(channel|member):([^:]+)(?::(.*))?$/s.exec(subject) ?? []
  if (kind === 'channel') return { name: 'channel_vacated', channel }
  return kind === 'member' ? { name: 'member_removed', channel, user_id: userId } : undefined
}

const keyOf = ({ name, channel, user_id }: WebhookEvent): string => `${name} ${channel} ${user_id ?? ''}`
