/** Safari has no idle callbacks, and has drawn what it was drawing after so many ms. */
const MOMENT_MS = 200

/**
 * Does something when the browser has nothing else to do.
 * @param withinMs so late at the latest, ms
 * @returns takes it back
 */
export function whenIdle(act: () => void, withinMs: number): () => void {
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(act, Math.min(MOMENT_MS, withinMs))
    return () => clearTimeout(timer)
  }
  const handle = requestIdleCallback(act, { timeout: withinMs })
  return () => cancelIdleCallback(handle)
}
