import { nextTick } from 'vue'
import type { Row } from './grouping.ts'
import type { MessageScroll } from './useMessageScroll.ts'

interface Options {
  scroller: () => HTMLElement | null
  scroll: MessageScroll
  toEnd: () => void
}

/** Keys in the list: ↑ and ↓ go from message to message, End to the newest one; pages are the browser's own. */
export function useMessageKeys({ scroller, scroll, toEnd }: Options): (event: KeyboardEvent) => void {
  const isMessage = (row: Row | undefined): boolean => row?.kind === 'bubble'

  function step(by: 1 | -1): void {
    const { rows, view, following } = scroll
    const behind = following.value ? rows.value.length : view.value.last + 1
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('[data-message]')
    const from = focused ? rows.value.findIndex(({ key }) => key === focused.dataset.message) : behind
    let to = from + by
    while (to >= 0 && to < rows.value.length && !isMessage(rows.value[to])) to += by
    const row = rows.value[to]
    if (!row) return
    const find = () => scroller()?.querySelector<HTMLElement>(`[data-message="${CSS.escape(row.key)}"]`)
    scroll.toRow(row.key, 'nearest')
    void nextTick(() => requestAnimationFrame(() => find()?.focus({ preventScroll: true })))
  }

  return (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    scroll.byHand()
    if (event.key === 'ArrowUp') step(-1)
    else if (event.key === 'ArrowDown') step(1)
    else if (event.key === 'End') toEnd()
    else if (event.key === 'Enter' && (event.target as Element).matches('[data-message]')) {
      const bubble = (event.target as Element).querySelector('[data-bubble]') ?? (event.target as Element)
      const { left, bottom } = bubble.getBoundingClientRect()
      bubble.dispatchEvent(
        new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: left, clientY: bottom }),
      )
    } else return
    event.preventDefault()
  }
}
