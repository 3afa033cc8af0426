/** What happens when; seconds. */
export class Timeline {
  /** A binary heap, the next moment on top. */
  readonly #times: number[] = []
  readonly #actions: (() => void)[] = []
  now = 0

  at(time: number, action: () => void): void {
    const times = this.#times
    const actions = this.#actions
    let place = times.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (times[parent]! <= time) break
      times[place] = times[parent]!
      actions[place] = actions[parent]!
      place = parent
    }
    times[place] = time
    actions[place] = action
  }

  after(seconds: number, action: () => void): void {
    this.at(this.now + seconds, action)
  }

  /** Runs everything up to a moment. */
  run(until: number): void {
    while (this.#times.length > 0 && this.#times[0]! <= until) {
      this.now = this.#times[0]!
      this.#takeFirst()()
    }
    this.now = until
  }

  #takeFirst(): () => void {
    const times = this.#times
    const actions = this.#actions
    const first = actions[0]!
    const time = times.pop()!
    const action = actions.pop()!
    const { length } = times
    if (length === 0) return first
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= length) break
      if (child + 1 < length && times[child + 1]! < times[child]!) child++
      if (times[child]! >= time) break
      times[place] = times[child]!
      actions[place] = actions[child]!
      place = child
    }
    times[place] = time
    actions[place] = action
    return first
  }
}

/** Times, of which the p99 is asked for. */
export class Waits {
  readonly #seconds: number[] = []

  add(seconds: number): void {
    this.#seconds.push(seconds)
  }

  /** Milliseconds; 0 when there was none. */
  get p99(): number {
    const sorted = Float64Array.from(this.#seconds).sort()
    return (sorted[Math.floor(sorted.length * 0.99)] ?? 0) * 1000
  }
}

/** Some servers with one queue in front of them, first come, first served. */
export class Station {
  readonly waits = new Waits()
  readonly #freeAt: number[]
  #workSeconds = 0
  #since = 0

  constructor(
    private readonly timeline: Timeline,
    servers: number,
  ) {
    this.#freeAt = Array.from({ length: servers }, () => 0)
  }

  /** Does something that takes so long, when its turn comes; then runs `done`. */
  serve(us: number, done?: () => void): void {
    const { now } = this.timeline
    let first = 0
    for (let i = 1; i < this.#freeAt.length; i++) if (this.#freeAt[i]! < this.#freeAt[first]!) first = i
    const start = Math.max(now, this.#freeAt[first]!)
    const end = start + us / 1e6
    this.#freeAt[first] = end
    this.#workSeconds += us / 1e6
    this.waits.add(start - now)
    if (done) this.timeline.at(end, done)
  }

  /** Begins to count anew: what came before was the beginning. */
  restart(): void {
    this.#workSeconds = 0
    this.#since = this.timeline.now
  }

  /** Cores that were kept busy by what came. */
  get busy(): number {
    return this.#workSeconds / (this.timeline.now - this.#since)
  }
}

/** A connection that takes what waits for it all at once. */
export class Lane<Item> {
  #waiting: Item[] = []
  #running = false
  batches = 0
  items = 0

  /** @param write stores a batch and runs `done` when it is stored */
  constructor(
    private readonly most: number,
    private readonly write: (batch: readonly Item[], done: () => void) => void,
  ) {}

  add(item: Item): void {
    this.#waiting.push(item)
    if (!this.#running) this.#next()
  }

  #next(): void {
    this.#running = this.#waiting.length > 0
    if (!this.#running) return
    const batch = this.#waiting.splice(0, this.most)
    this.batches++
    this.items += batch.length
    this.write(batch, () => this.#next())
  }
}
