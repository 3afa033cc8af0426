import { onScopeDispose } from 'vue'

const HOLD_MS = 500
/** How far, in px, a resting finger may tremble. */
const TREMBLE = 10

/**
 * Tells when a finger or pen rests on an element for 500 ms. Moving, scrolling or lifting ends the wait; after a hold
 * the click that follows the lifting is swallowed. Spread `listeners` on the element with `v-on`.
 */
export function useLongPress(held: (at: { x: number; y: number; target: EventTarget | null }) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let start = { x: 0, y: 0 }
  let swallow = false

  function end() {
    clearTimeout(timer)
    timer = undefined
  }
  function pointerdown(event: PointerEvent) {
    end()
    swallow = false
    if (event.pointerType === 'mouse' || !event.isPrimary) return
    start = { x: event.clientX, y: event.clientY }
    const { target } = event
    timer = setTimeout(() => {
      timer = undefined
      swallow = true
      held({ ...start, target })
    }, HOLD_MS)
  }
  function pointermove(event: PointerEvent) {
    if (timer && Math.hypot(event.clientX - start.x, event.clientY - start.y) > TREMBLE) end()
  }
  function clickCapture(event: MouseEvent) {
    if (!swallow) return
    swallow = false
    event.preventDefault()
    event.stopPropagation()
  }
  onScopeDispose(end)
  return {
    /** True while a touch is being waited for or was just held: the browser's own context menu is not wanted. */
    isTouching: () => timer !== undefined || swallow,
    clickCapture,
    listeners: { pointerdown, pointermove, pointerup: end, pointercancel: end },
  }
}
