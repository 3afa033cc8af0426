/**
 * Of all tabs that say the same name, one is the one that speaks: a message sounds once. It is the one that somebody
 * looked at last, because only that one knows what they see. Without locks (an unencrypted page) every tab speaks.
 * @returns whether it is this one
 */
export function becomeLoudest(name: string): () => boolean {
  const { locks } = navigator
  if (!locks) return () => true
  let loudest = false
  let queued: AbortController | undefined

  /** Held until the tab is closed, or another one takes it. */
  const held = () => {
    queued = undefined
    loudest = true
    return new Promise<never>(() => {})
  }

  function take(): void {
    if (loudest || document.visibilityState === 'hidden') return
    queued?.abort()
    void locks.request(name, { steal: true }, held).catch(lost)
  }

  function wait(): void {
    queued = new AbortController()
    void locks.request(name, { signal: queued.signal }, held).catch((error: unknown) => {
      // Taken from us after we had it, and not given up for taking it.
      if (loudest) lost(error)
    })
  }

  function lost(_: unknown): void {
    loudest = false
    wait()
  }

  if (document.visibilityState === 'hidden') wait()
  else take()
  window.addEventListener('focus', take)
  document.addEventListener('visibilitychange', take)
  return () => loudest
}
