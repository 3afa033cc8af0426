/** What the surroundings say about the network. */
export interface EnvironmentListener {
  /** The device has a network again, or somebody looks at the page again. */
  hopeful(): void
  /** The device says that it has no network. */
  hopeless(): void
}

/**
 * Listens to what a browser tells about the network and the page; where nothing tells, does nothing.
 * @returns what ends it
 */
export function watchEnvironment(listener: EnvironmentListener): () => void {
  const page = typeof document === 'undefined' ? undefined : document
  const onOnline = () => listener.hopeful()
  const onOffline = () => listener.hopeless()
  const onVisibility = () => {
    if (page?.visibilityState === 'visible') listener.hopeful()
  }
  // Workers of old Node versions and some bundles have no events at all.
  globalThis.addEventListener?.('online', onOnline)
  globalThis.addEventListener?.('offline', onOffline)
  page?.addEventListener('visibilitychange', onVisibility)
  return () => {
    globalThis.removeEventListener?.('online', onOnline)
    globalThis.removeEventListener?.('offline', onOffline)
    page?.removeEventListener('visibilitychange', onVisibility)
  }
}
