import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { CallFigures } from './call-figures.ts'

interface Sources {
  /** The websocket side's figures. */
  stats: () => Record<string, number>
  waitingWrites: () => number
  retriedWrites: () => number
  /** Whether Redis answers; undefined on a site without it. */
  redisLinked: (() => boolean) | undefined
}

/** The figures behind `/metrics`. Nothing in them names a person. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #calls = new CallFigures()

  constructor(sources: Sources) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry, prefix: 'parley_' })
    const gauges: Array<[name: string, help: string, read: () => number]> = [
      ['parley_sockets', 'Open websocket connections', () => sources.stats().sockets ?? 0],
      ['parley_users_online', 'Users who count as online', () => sources.stats().online ?? 0],
      ['parley_subscriptions', 'Subscriptions of all sockets', () => sources.stats().subscriptions ?? 0],
      ['parley_writes_waiting', 'Writes that wait for a commit', sources.waitingWrites],
      [
        'parley_writes_retried',
        'Writes made again because another one got in their way',
        sources.retriedWrites,
      ],
    ]
    const { redisLinked } = sources
    if (redisLinked) {
      gauges.push([
        'parley_redis_linked',
        'Whether Redis answers (1) or not (0)',
        () => Number(redisLinked()),
      ])
    }
    for (const [name, help, read] of gauges) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    }
  }

  /** Counts one call; `ms` is its duration. */
  observe(operation: string, code: number, ms: number): void {
    this.#calls.observe(operation, code, ms)
  }

  /** Prometheus text. */
  async text(): Promise<string> {
    return `${await this.#registry.metrics()}\n${this.#calls.text()}`
  }

  get contentType(): string {
    return this.#registry.contentType
  }
}
