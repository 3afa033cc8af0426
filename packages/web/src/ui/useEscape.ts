import { useEventListener } from '@vueuse/core'
import { isComposing } from '@/browser/shortcut.ts'
import { overlayOpen } from './overlay.ts'

/**
 * Esc takes one step, wherever the focus is: it closes what is open here, and what lies below stays. What lies over the page
 * comes first, then what has the focus.
 */
export function useEscape(isOpen: () => boolean, close: () => void): void {
  useEventListener(document, 'keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || isComposing(event)) return
    if (!isOpen() || overlayOpen()) return
    event.preventDefault()
    close()
  })
}
