import { useIntervalFn } from '@vueuse/core'
import { type Ref, ref } from 'vue'

const SECOND_MS = 1000

/** Seconds that run down to 0. A page that slept counts on from the clock. */
export function useCountdown(): { seconds: Ref<number>; start(seconds: number): void } {
  const seconds = ref(0)
  let endsAt = 0
  const { pause, resume } = useIntervalFn(tick, SECOND_MS, { immediate: false })

  function tick() {
    seconds.value = Math.max(0, Math.ceil((endsAt - Date.now()) / SECOND_MS))
    if (seconds.value === 0) pause()
  }
  function start(count: number) {
    endsAt = Date.now() + count * SECOND_MS
    tick()
    if (seconds.value > 0) resume()
  }
  return { seconds, start }
}
