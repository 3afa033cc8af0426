/** For how long what comes is gathered, ms: short enough to seem at once, and how long it may become. */
const GATHER_MS = 100
const GATHER_MS_MAX = 600
/** For each moment that drawing takes so many are left to whoever types. */
const REST = 3
/** A page that is not seen is not drawn, and not waited for, ms. */
const UNSEEN_MS = 250

/** Calls back when what has changed is drawn, with how long that took in ms. */
function onceDrawn(act: (ms: number) => void): void {
  const start = performance.now()
  let isDone = false
  const end = () => {
    if (isDone) return
    isDone = true
    clearTimeout(timer)
    act(performance.now() - start)
  }
  const timer = setTimeout(end, UNSEEN_MS)
  // After the frame, not before it.
  if (document.visibilityState === 'visible') requestAnimationFrame(() => setTimeout(end))
}

interface Options {
  /** Calls something after some ms. */
  later?: (act: () => void, ms: number) => unknown
  drawn?: typeof onceDrawn
}

/**
 * Hands on what comes: a single thing at once, many things in bundles, so that the page is drawn once for all of them
 * and stays free for whoever types. The longer drawing takes, the rarer it is done.
 */
export function bundle<T>(
  handle: (item: T) => void,
  { later = setTimeout, drawn = onceDrawn }: Options = {},
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
    drawn((ms) => later(end, Math.min(GATHER_MS_MAX, Math.max(GATHER_MS, ms * REST))))
  }

  function end(): void {
    isGathering = waiting.length > 0
    flush()
    if (isGathering) gather()
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
