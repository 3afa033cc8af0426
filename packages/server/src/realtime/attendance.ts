import type { HubObserver } from './observer.ts'

/**
 * Whether users are here: counts the sockets that a user opened, and the channels that other sockets listen to in the
 * user's name.
 */
export class Attendance {
  readonly #counts = new Map<number, number>()

  constructor(private readonly observers: readonly HubObserver[]) {}

  /** @param uid 0 is nobody and is not counted */
  arrived(uid: number): void {
    if (uid === 0) return
    const count = (this.#counts.get(uid) ?? 0) + 1
    this.#counts.set(uid, count)
    if (count === 1) for (const observer of this.observers) observer.userOpened?.(uid)
  }

  left(uid: number): void {
    const count = this.#counts.get(uid)
    if (count === undefined) return
    if (count > 1) this.#counts.set(uid, count - 1)
    else {
      this.#counts.delete(uid)
      for (const observer of this.observers) observer.userClosed?.(uid)
    }
  }
}
