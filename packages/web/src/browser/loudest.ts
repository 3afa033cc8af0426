/**
 * Of all tabs that say the same name, one is the one that speaks: a message sounds once. Without locks (an unencrypted
 * page) every tab does.
 * @returns whether it is this one
 */
export function becomeLoudest(name: string): () => boolean {
  if (!navigator.locks) return () => true
  let loudest = false
  // Held until the tab is closed; then the next one has it.
  void navigator.locks.request(name, () => {
    loudest = true
    return new Promise<never>(() => {})
  })
  return () => loudest
}
