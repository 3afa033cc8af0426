/** For how long what comes is gathered, ms: short enough to seem at once. */
const GATHER_MS = 100

/**
 * Hands on what comes: a single thing at once, many things in bundles, so that the page is drawn once for all of them
 * and stays free for whoever types.
 * @param later calls something after some ms
 */
export function bundle<T>(
  handle: (item: T) => void,
  later: (act: () => void, ms: number) => unknown = setTimeout,
): { push(item: T): void; flush(): void } {
  let waiting: T[] = []
  let isGathering = false

  /** Hands on what has gathered, in its order. */
  function flush(): void {
    const items = waiting
    waiting = []
    for (const item of items) handle(item)
  }

  function gather(): void {
    isGathering = true
    later(() => {
      isGathering = waiting.length > 0
      flush()
      if (isGathering) gather()
    }, GATHER_MS)
  }

  function push(item: T): void {
    if (isGathering) {
      waiting.push(item)
      return
    }
    handle(item)
    gather()
  }

  return { push, flush }
}
