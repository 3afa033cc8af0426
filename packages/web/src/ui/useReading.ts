import { NetworkError } from '@parley/client'
import { useEventListener } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { client, errorText } from '@/sdk.ts'

/**
 * Reads what a page shows, at once and by `load`, and tells why it could not; what is known already stays meanwhile. What
 * failed is read again as soon as the connection is back.
 * @param options.untold no event tells of changes: it is read anew with each connection, and when the page is looked at again
 */
export function useReading(read: () => Promise<unknown>, options: { untold?: boolean } = {}) {
  const error = shallowRef<unknown>()
  const busy = ref(false)
  const failure = computed(() => (error.value === undefined ? '' : errorText(error.value)))
  /** Only what was asked for last counts. */
  let turn = 0
  let connections = 0

  async function load(): Promise<void> {
    const [own, before] = [++turn, connections]
    busy.value = true
    try {
      await read()
      if (own !== turn) return
      error.value = undefined
    } catch (cause) {
      if (own !== turn) return
      // It may have taken so long to fail that the outage is over.
      if (cause instanceof NetworkError && connections !== before) return load()
      error.value = cause
    }
    busy.value = false
  }
  void load()

  const again = () => {
    if (!busy.value && (options.untold || error.value !== undefined)) void load()
  }
  onScopeDispose(
    client.on('home', () => {
      connections++
      again()
    }),
  )
  if (options.untold)
    useEventListener(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible') again()
    })

  return { error, failure, busy, load }
}
