import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue'

/** For so long the browser may be busy with something else, ms. */
const IDLE_MS = 500

/** False while what is drawn with the component has the browser for itself, then true. */
export function useIdle(): Ref<boolean> {
  const idle = ref(false)
  const done = () => {
    idle.value = true
  }
  onMounted(() => {
    // Safari has no idle callbacks.
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(done, IDLE_MS / 2)
      onBeforeUnmount(() => clearTimeout(timer))
      return
    }
    const handle = requestIdleCallback(done, { timeout: IDLE_MS })
    onBeforeUnmount(() => cancelIdleCallback(handle))
  })
  return idle
}
