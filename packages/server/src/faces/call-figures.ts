/** Upper bounds in ms; most answers come within a few milliseconds. */
const BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500]

interface Figures {
  /** Calls by answer code. */
  readonly codes: Map<number, number>
  /** Calls by duration: up to each bound, and beyond the last. */
  readonly buckets: number[]
  sumMs: number
}

/**
 * Counts calls by operation, code and duration. Kept by hand because it is on the way of every call: the metrics
 * library looks its labels up anew each time, which took as long as the parsing of the call's parameters.
 */
export class CallFigures {
  readonly #byOperation = new Map<string, Figures>()

  /** Counts one call; `ms` is its duration. */
  observe(operation: string, code: number, ms: number): void {
    let figures = this.#byOperation.get(operation)
    if (!figures) {
      figures = { codes: new Map(), buckets: new Array(BOUNDS_MS.length + 1).fill(0), sumMs: 0 }
      this.#byOperation.set(operation, figures)
    }
    figures.codes.set(code, (figures.codes.get(code) ?? 0) + 1)
    let bucket = 0
    while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++
    figures.buckets[bucket]!++
    figures.sumMs += ms
  }

  /** Prometheus text: the counter `parley_calls_total` and the histogram `parley_call_seconds`. */
  text(): string {
    const calls: string[] = []
    const durations: string[] = []
    for (const [operation, { codes, buckets, sumMs }] of this.#byOperation) {
      const label = `operation="${operation}"`
      for (const [code, count] of codes) calls.push(`parley_calls_total{${label},code="${code}"} ${count}`)
      let total = 0
      for (const [index, count] of buckets.entries()) {
        total += count
        const bound = BOUNDS_MS[index]
        durations.push(
          `parley_call_seconds_bucket{${label},le="${bound === undefined ? '+Inf' : bound / 1000}"} ${total}`,
        )
      }
      durations.push(
        `parley_call_seconds_sum{${label}} ${sumMs / 1000}`,
        `parley_call_seconds_count{${label}} ${total}`,
      )
    }
    return [
      '# HELP parley_calls_total Operation calls by answer code',
      '# TYPE parley_calls_total counter',
      ...calls,
      '# HELP parley_call_seconds How long operation calls take, from authorisation to answer',
      '# TYPE parley_call_seconds histogram',
      ...durations,
      '',
    ].join('\n')
  }
}
