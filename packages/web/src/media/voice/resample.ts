/** Sinc lobes on each side: enough that nothing above half the new rate is heard as something else. */
const LOBES = 8
const STEPS_PER_LOBE = 256

/** Half of a windowed sinc (Blackman), from its middle outwards; the other half mirrors it. */
const KERNEL = Float32Array.from({ length: LOBES * STEPS_PER_LOBE + 2 }, (_, step) => {
  const x = step / STEPS_PER_LOBE
  if (x === 0) return 1
  if (x >= LOBES) return 0
  const window = 0.42 + 0.5 * Math.cos((Math.PI * x) / LOBES) + 0.08 * Math.cos((2 * Math.PI * x) / LOBES)
  return (window * Math.sin(Math.PI * x)) / (Math.PI * x)
})

/**
 * Brings sound to another sample rate block by block, so that nothing is left to do when the recording ends. Browsers
 * differ in whether they do it themselves (Firefox refuses to connect different rates).
 */
export class Resampler {
  readonly #ratio: number
  readonly #scale: number
  readonly #reach: number
  /** What was received and is still needed, and which sample of all it begins with. */
  #held: Float32Array = new Float32Array()
  #heldFrom = 0
  #made = 0

  /** @param from samples a second that come in @param to samples a second that go out */
  constructor(from: number, to: number) {
    this.#ratio = from / to
    this.#scale = Math.max(1, this.#ratio)
    this.#reach = LOBES * this.#scale
  }

  /** Takes the next block. @returns the new samples that can be made by now, often fewer than the block stands for */
  push(block: Float32Array): Float32Array {
    const joined = new Float32Array(this.#held.length + block.length)
    joined.set(this.#held)
    joined.set(block, this.#held.length)
    this.#held = joined
    return this.#make(this.#received - this.#reach)
  }

  /** The last samples, with silence after the end. */
  flush(): Float32Array {
    return this.#make(this.#received)
  }

  get #received(): number {
    return this.#heldFrom + this.#held.length
  }

  /** @param until the place in the old samples before which new ones are made */
  #make(until: number): Float32Array {
    const count = Math.max(0, Math.ceil(until / this.#ratio) - this.#made)
    const made = new Float32Array(count)
    for (let index = 0; index < count; index++) made[index] = this.#at((this.#made + index) * this.#ratio)
    this.#made += count
    const needed = Math.max(0, Math.floor(this.#made * this.#ratio - this.#reach))
    const done = Math.min(this.#held.length, Math.max(0, needed - this.#heldFrom))
    this.#held = this.#held.slice(done)
    this.#heldFrom += done
    return made
  }

  #at(place: number): number {
    const first = Math.max(0, Math.ceil(place - this.#reach) - this.#heldFrom)
    const last = Math.min(this.#held.length - 1, Math.floor(place + this.#reach) - this.#heldFrom)
    let sum = 0
    for (let index = first; index <= last; index++) {
      const distance = (Math.abs(index + this.#heldFrom - place) / this.#scale) * STEPS_PER_LOBE
      const step = Math.floor(distance)
      const weight = KERNEL[step]! + (KERNEL[step + 1]! - KERNEL[step]!) * (distance - step)
      sum += this.#held[index]! * weight
    }
    return sum / this.#scale
  }
}
