/** A scroll so long after a wheel, a finger or a key is still theirs. */
const HAND_MS = 1200
/** In so many frames what a hand scrolls has been told. */
const FRAMES = 2

/** Somebody's hand on a list: a wheel, a finger or a key. */
export class Hand {
  #movedAt = Number.NEGATIVE_INFINITY
  #frames = 0

  /** Whether a scroll that is told now may be theirs. */
  get isThere(): boolean {
    return performance.now() - this.#movedAt < HAND_MS
  }

  moved(): void {
    this.#movedAt = performance.now()
    if (this.#frames > 0) return
    this.#frames = FRAMES
    requestAnimationFrame(this.#count)
  }

  /** Acts when it is known what the hand has scrolled: otherwise that would be undone. */
  afterwards(act: () => void): void {
    // A page that is hidden draws no frames, and nobody's hand is on it.
    if (this.#frames === 0 || document.hidden) act()
    else requestAnimationFrame(() => this.afterwards(act))
  }

  readonly #count = (): void => {
    this.#frames--
    if (this.#frames > 0) requestAnimationFrame(this.#count)
  }
}
