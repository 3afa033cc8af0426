import { useEventListener } from '@vueuse/core'
import { type Ref, ref } from 'vue'

/** From so near the left edge a swipe begins, px. */
const EDGE = 28
/** So much of the width, or so fast (px per ms), and it goes back. */
const FAR = 0.35
const FAST = 0.5

/**
 * Pulls a page aside with a finger from the left edge. Gives how far it is pulled, px. When it is let go far or fast
 * enough, `done` is called and it stays there until `settle` is.
 */
export function useSwipeBack(
  page: Ref<HTMLElement | null>,
  done: () => void,
): { offset: Ref<number>; settle: () => void } {
  const offset = ref(0)
  let start: { x: number; y: number; at: number } | undefined
  let pulling = false

  useEventListener(
    page,
    'touchstart',
    ({ touches: [finger, second] }: TouchEvent) => {
      start =
        finger && !second && finger.clientX < EDGE
          ? { x: finger.clientX, y: finger.clientY, at: performance.now() }
          : undefined
    },
    { passive: true },
  )
  useEventListener(
    page,
    'touchmove',
    (event: TouchEvent) => {
      const finger = event.touches[0]
      if (!start || !finger) return
      const [x, y] = [finger.clientX - start.x, finger.clientY - start.y]
      if (!pulling && Math.abs(y) > Math.abs(x)) start = undefined
      else if (x > 6) pulling = true
      if (!pulling) return
      event.preventDefault()
      offset.value = Math.max(0, x)
    },
    { passive: false },
  )
  useEventListener(page, ['touchend', 'touchcancel'], (event: TouchEvent) => {
    const speed = start ? offset.value / Math.max(1, performance.now() - start.at) : 0
    const isFar = offset.value > window.innerWidth * FAR || speed > FAST
    if (pulling && isFar && event.type === 'touchend') done()
    else settle()
    pulling = false
    start = undefined
  })

  function settle(): void {
    offset.value = 0
  }

  return { offset, settle }
}
