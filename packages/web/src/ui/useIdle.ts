import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue'
import { whenIdle } from '@/browser/idle.ts'

/** For so long the browser may be busy with something else, ms. */
const IDLE_MS = 500

/** False while what is drawn with the component has the browser for itself, then true. */
export function useIdle(): Ref<boolean> {
  const idle = ref(false)
  onMounted(() => {
    onBeforeUnmount(
      whenIdle(() => {
        idle.value = true
      }, IDLE_MS),
    )
  })
  return idle
}
