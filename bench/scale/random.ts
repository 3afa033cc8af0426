/** Numbers that look like chance and are the same in every run (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 to just below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 to just below `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** The time to the next of things that happen by chance, `perSecond` on average; seconds. */
  pause(perSecond: number): number {
    return -Math.log(1 - this.next()) / perSecond
  }

  /** `value` on average, in whole numbers: 1.3 is 1 most of the time, and 2. */
  round(value: number): number {
    const whole = Math.floor(value)
    return whole + (this.chance(value - whole) ? 1 : 0)
  }
}
