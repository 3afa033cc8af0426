import { ref } from 'vue'

/** Dragged this far, in px, or this fast, in px/ms, a sheet closes when it is let go. */
const FAR = 96
const FAST = 0.6

/** Lets a bottom sheet be pulled down by its head; `offset` is how far it is down now, in px. */
export function useSheetDrag(close: () => void) {
  const offset = ref(0)
  const dragging = ref(false)
  let startY = 0
  let startedAt = 0

  function pointerdown(event: PointerEvent) {
    if (event.pointerType === 'mouse' || !event.isPrimary) return
    if ((event.target as Element).closest('button, a, input')) return
    dragging.value = true
    startY = event.clientY
    startedAt = event.timeStamp
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
  }
  function pointermove(event: PointerEvent) {
    if (dragging.value) offset.value = Math.max(0, event.clientY - startY)
  }
  function pointerup(event: PointerEvent) {
    if (!dragging.value) return
    dragging.value = false
    const speed = offset.value / Math.max(1, event.timeStamp - startedAt)
    if (offset.value > FAR || (offset.value > 24 && speed > FAST)) close()
    else offset.value = 0
  }
  function pointercancel() {
    dragging.value = false
    offset.value = 0
  }
  return { offset, dragging, listeners: { pointerdown, pointermove, pointerup, pointercancel } }
}
