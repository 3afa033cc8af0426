import { useEventListener } from '@vueuse/core'
import type { Ref } from 'vue'

/** From nearer to the edge than this, a swipe goes back to the list of chats, px. */
const EDGE_PX = 32
/** So far and it quotes, px; it cannot be pulled much further. */
const FAR_PX = 56
const MAX_PX = 76

/**
 * Quotes the message that is pulled aside by a finger. The line follows the finger without being drawn anew; `done` gets
 * the message's key. What is pulled where stands in `data-pulled` (left, right) and `data-far` of its row.
 */
export function useSwipeQuote(scroller: Ref<HTMLElement | null>, done: (key: string) => void): void {
  let start: { x: number; y: number; line: HTMLElement; row: HTMLElement; key: string } | undefined
  let pulled: number | undefined

  useEventListener(
    scroller,
    'touchstart',
    ({ touches: [finger, second], target }: TouchEvent) => {
      start = undefined
      const element = target as Element
      // A slider is pulled by the same finger, and over a film on the whole screen nobody sees the line.
      if (element.closest('input') || document.fullscreenElement) return
      const line = element.closest<HTMLElement>('[data-mid] [data-swipe]')
      const row = line?.closest<HTMLElement>('[data-message]')
      const key = row?.dataset.message
      if (!finger || second || !line || !row || !key || finger.clientX < EDGE_PX) return
      start = { x: finger.clientX, y: finger.clientY, line, row, key }
    },
    { passive: true },
  )

  useEventListener(
    scroller,
    'touchmove',
    (event: TouchEvent) => {
      const finger = event.touches[0]
      if (!start || !finger) return
      const [x, y] = [finger.clientX - start.x, finger.clientY - start.y]
      if (pulled === undefined) {
        if (Math.abs(y) > 8 && Math.abs(y) > Math.abs(x)) start = undefined
        // The list is being scrolled already, which cannot be ended.
        if (!event.cancelable) start = undefined
        if (!start || Math.abs(x) < 10) return
      }
      if (event.cancelable) event.preventDefault()
      const before = pulled ?? 0
      pulled = Math.max(-MAX_PX, Math.min(MAX_PX, x * 0.8))
      if (Math.abs(before) < FAR_PX && Math.abs(pulled) >= FAR_PX) navigator.vibrate?.(8)
      start.row.dataset.pulled = pulled < 0 ? 'left' : 'right'
      start.row.toggleAttribute('data-far', Math.abs(pulled) >= FAR_PX)
      start.line.style.transition = 'none'
      start.line.style.transform = `translateX(${pulled}px)`
    },
    { passive: false },
  )

  useEventListener(scroller, ['touchend', 'touchcancel'], ({ type }: Event) => {
    if (start && pulled !== undefined) {
      start.line.style.transition = ''
      start.line.style.transform = ''
      delete start.row.dataset.pulled
      if (type === 'touchend' && Math.abs(pulled) >= FAR_PX) done(start.key)
    }
    start = undefined
    pulled = undefined
  })
}
