import { AppError } from '@parley/contract'

/**
 * Lets a few pieces of heavy work through at once and keeps the rest waiting in order; when too many wait already, the
 * next is refused at once instead of piling up.
 */
export class WorkGate {
  private running = 0
  private readonly waiting: Array<() => void> = []

  /**
   * @param atOnce how many may run together
   * @param waitingMax how many may wait
   */
  constructor(
    private readonly atOnce: number,
    private readonly waitingMax: number,
  ) {}

  /** Runs the work when its turn comes. Throws AppError `unavailable` when the queue is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.atOnce) {
      this.running++
    } else {
      if (this.waiting.length >= this.waitingMax) throw new AppError('unavailable')
      // The one that leaves hands its place over, so nobody can slip in between.
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.running--
    }
  }
}
