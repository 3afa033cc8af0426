/** A device whose clock is off by no more than this counts as right: the server tells whole seconds, after a journey. */
const TOLERANCE_MS = 2000

/** What time it is for the server, which decides what is too late. */
export class ServerClock {
  #offsetMs = 0

  /** @param device the clock of this device, ms since 1970 */
  constructor(private readonly device: () => number = Date.now) {}

  /** ms since 1970. */
  now(): number {
    return this.device() + this.#offsetMs
  }

  /**
   * Asks the server something whose answer tells its time.
   * @returns the answer
   */
  async measure<Answer extends { timestamp: number }>(ask: () => Promise<Answer>): Promise<Answer> {
    const asked = this.device()
    const answer = await ask()
    // It was told at some moment between asking and now, and without the part of its second.
    const offsetMs = answer.timestamp * 1000 + 500 - (asked + this.device()) / 2
    this.#offsetMs = Math.abs(offsetMs) > TOLERANCE_MS ? offsetMs : 0
    return answer
  }
}
