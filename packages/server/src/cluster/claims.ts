/** Hears what becomes of subjects beside this node's own `take` and `release`. */
export interface ClaimObserver {
  /**
   * A node that held the subject is gone and no other holds it: this node holds it now, and it alone is told. Whoever
   * answers has to release it when what follows from the end is done; who does not know such subjects gives undefined.
   * @param at when the node that is gone was last known to live, ms
   */
  orphaned?(subject: string, at: number): Promise<void> | undefined
  /** This node had been taken for dead while it held the subject, and others may have said that nobody holds it. */
  regained?(subject: string): void
  /** What was claimed had been lost, or may have been, and was put together again by those who are there. */
  rebuilt?(): void
  /** No claims of this node are valid any longer: it has died, or cannot reach the others. */
  nodeGone?(nodeId: string): void
}

/**
 * Which nodes hold a subject: a user with sockets, a channel that somebody listens to. All nodes together see one first
 * and one last holder, also when nodes die. Operations on one subject take effect in the order of the calls, and
 * repeating one changes nothing.
 *
 * What cannot be known, because the nodes cannot reach each other, errs on the side of saying that a subject is there:
 * a `take` then answers true at once, so that several nodes may believe that they were first; and a `release` waits
 * until it can be known. Nothing here throws or rejects.
 */
export interface Claims {
  /** This node holds the subject from now on. @returns whether no node held it before */
  take(subject: string): boolean | Promise<boolean>
  /**
   * This node no longer holds the subject.
   * @returns whether no node holds it now; false, too, when this node did not hold it, or took it again meanwhile
   */
  release(subject: string): boolean | Promise<boolean>
  /** Those of the subjects that some node holds; nodes count until they are known to be dead. */
  held(subjects: readonly string[]): ReadonlySet<string> | Promise<ReadonlySet<string>>
  observe(observer: ClaimObserver): void
  /** Says nothing more. What this node still holds is left to the others, as if it had died. */
  close(): void
}

/** The claims of a site with one node: this node's own. Answers at once. */
export class LocalClaims implements Claims {
  readonly #held = new Set<string>()

  take(subject: string): boolean {
    if (this.#held.has(subject)) return false
    this.#held.add(subject)
    return true
  }

  release(subject: string): boolean {
    return this.#held.delete(subject)
  }

  held(subjects: readonly string[]): ReadonlySet<string> {
    return new Set(subjects.filter((subject) => this.#held.has(subject)))
  }

  /** There are no other nodes to hear of. */
  observe(): void {}

  close(): void {
    this.#held.clear()
  }
}
