/** Beats of the own clock after which a node that says nothing is doubted, and after which it is taken for dead. */
export const SILENT_AFTER = 5
export const DEAD_AFTER = 30

/**
 * The other nodes, by their signs of life. One that falls silent without a farewell may have changed something and
 * died, or be cut off, before it could tell: until it is heard again or given up, nothing remembered can be trusted.
 */
export class Peers {
  /** Node id → beats since it was heard. */
  readonly #silence = new Map<string, number>()

  heard(node: string): void {
    this.#silence.set(node, 0)
  }

  left(node: string): void {
    this.#silence.delete(node)
  }

  /** Counts one beat of the own clock. @returns the nodes that fell silent with it, and those that are given up */
  beat(): { silent: string[]; dead: string[] } {
    const silent: string[] = []
    const dead: string[] = []
    for (const [node, beats] of this.#silence) {
      const silence = beats + 1
      this.#silence.set(node, silence)
      if (silence === SILENT_AFTER) silent.push(node)
      if (silence < DEAD_AFTER) continue
      this.#silence.delete(node)
      dead.push(node)
    }
    return { silent, dead }
  }

  /** Forgives the silence of a time in which nobody could be heard. */
  forgive(): void {
    for (const node of this.#silence.keys()) this.#silence.set(node, 0)
  }

  /** Whether a node is silent that has not been given up. */
  get inDoubt(): boolean {
    for (const beats of this.#silence.values()) if (beats >= SILENT_AFTER) return true
    return false
  }
}
