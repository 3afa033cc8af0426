import { useEventListener } from '@vueuse/core'
import { onMounted } from 'vue'
import { useLayout } from '@/browser/layout.ts'
import { overlayOpen } from '@/ui/overlay.ts'

/** What the box of the chat can do with what is typed elsewhere. */
interface Box {
  focus(): void
  /** Puts a text where the caret was last, and the focus into the field. */
  put(text: string): void
  paste(data: DataTransfer): void
}

const FIELDS = 'input, textarea, select, [contenteditable]'

/**
 * Who opens a chat on a desktop writes at once: the box has the focus, and gets what is typed or pasted while the focus is
 * elsewhere in the chat. On a phone a keyboard would cover half of what one came to read.
 * @param area the conversation
 * @param box undefined while nobody may write
 */
export function useTyping(area: () => HTMLElement | null, box: () => Box | null | undefined): void {
  const { isDesktop } = useLayout()

  /** Whether a key or a paste is for nobody else. */
  function isFree(event: Event): boolean {
    const { target, defaultPrevented } = event
    if (!isDesktop.value || defaultPrevented || overlayOpen() || !(target instanceof Element)) return false
    if (target.closest(FIELDS)) return false
    return target === document.body || (area()?.contains(target) ?? false)
  }

  onMounted(() => {
    // After the dialog that led here has given up the focus.
    if (isDesktop.value) setTimeout(() => !overlayOpen() && box()?.focus())
  })

  useEventListener(document, 'keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey, isComposing } = event
    // The blank presses buttons and scrolls.
    if (key.length !== 1 || key === ' ' || ctrlKey || metaKey || altKey || isComposing) return
    const writing = box()
    if (!writing || !isFree(event)) return
    event.preventDefault()
    writing.put(key)
  })

  useEventListener(document, 'paste', (event) => {
    const writing = box()
    if (!writing || !event.clipboardData || !isFree(event)) return
    event.preventDefault()
    writing.paste(event.clipboardData)
  })
}
