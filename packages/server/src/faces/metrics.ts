import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Upper bounds in seconds; most answers come within a few milliseconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

interface Sources {
  /** The websocket side's figures. */
  stats: () => Record<string, number>
  waitingWrites: () => number
}

/** The figures behind `/metrics`. Nothing in them names a person. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #calls: Counter<'operation' | 'code'>
  readonly #durations: Histogram<'operation'>

  constructor(sources: Sources) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry, prefix: 'parley_' })
    this.#calls = new Counter({
      name: 'parley_calls_total',
      help: 'Operation calls by answer code',
      labelNames: ['operation', 'code'],
      registers,
    })
    this.#durations = new Histogram({
      name: 'parley_call_seconds',
      help: 'How long operation calls take, from authorisation to answer',
      labelNames: ['operation'],
      buckets: DURATION_BUCKETS,
      registers,
    })
    const gauges: Array<[name: string, help: string, read: () => number]> = [
      ['parley_sockets', 'Open websocket connections', () => sources.stats().sockets ?? 0],
      ['parley_users_online', 'Users who count as online', () => sources.stats().online ?? 0],
      ['parley_subscriptions', 'Subscriptions of all sockets', () => sources.stats().subscriptions ?? 0],
      ['parley_writes_waiting', 'Writes that wait for a commit', sources.waitingWrites],
    ]
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
    this.#calls.inc({ operation, code: String(code) })
    this.#durations.observe({ operation }, ms / 1000)
  }

  /** Prometheus text. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  get contentType(): string {
    return this.#registry.contentType
  }
}
