import { useEventListener, useFocusWithin, useMediaQuery, useStorage } from '@vueuse/core'
import { computed, type MaybeRefOrGetter, ref, toRef, watch } from 'vue'

/** What stands where a phone's keyboard would be. */
export type Panel = 'emoji' | 'plus'

/** Less is the browser's address bar, or the row of suggestions of an outer keyboard. */
const KEYBOARD_MIN = 140
const HEIGHT_START = 296
const HEIGHT_MAX_SHARE = 0.5
/** How long a keyboard may take to come. */
const COMING_MS = 450

/**
 * Lets panels take the place of a phone's keyboard: the room below the box stays as high while one goes and the other
 * comes, so that nothing above moves.
 * @param element the one that holds the panel
 */
export function useKeyboardPlace(
  field: { focus(): void; blur(): void },
  element: MaybeRefOrGetter<HTMLElement | null>,
) {
  const panel = ref<Panel>()
  /** The panel is being replaced by the keyboard. */
  const isLeaving = ref(false)
  const isTouch = useMediaQuery('(pointer: coarse)')
  const remembered = useStorage('parley:keyboard', HEIGHT_START)
  const viewport = window.visualViewport
  const seen = ref(viewport?.height ?? window.innerHeight)
  let width = window.innerWidth
  const whole = ref(seen.value)

  const keyboard = computed(() => {
    const missing = whole.value - seen.value
    return missing >= KEYBOARD_MIN ? Math.round(missing) : 0
  })
  const place = computed(() => Math.min(remembered.value, Math.round(whole.value * HEIGHT_MAX_SHARE)))
  /** Somebody searches in the panel: the keyboard comes for it, below it. */
  const { focused: isUsed } = useFocusWithin(toRef(element))
  /** Height of the panel, px: what is missing of the keyboard's height. */
  const height = computed(() => {
    if (!panel.value) return 0
    return isUsed.value ? place.value : Math.max(0, place.value - keyboard.value)
  })

  function measure(): void {
    // Zoomed in by fingers: nothing has become smaller.
    if (viewport && viewport.scale > 1.01) return
    seen.value = viewport?.height ?? window.innerHeight
    // After the phone was turned, what was the whole height says nothing any more.
    if (window.innerWidth !== width) whole.value = seen.value
    width = window.innerWidth
    whole.value = Math.max(whole.value, seen.value)
    if (keyboard.value > 0 && !panel.value) remembered.value = keyboard.value
  }
  useEventListener(viewport ?? window, 'resize', measure)

  let timer: ReturnType<typeof setTimeout> | undefined
  function close(): void {
    clearTimeout(timer)
    panel.value = undefined
    isLeaving.value = false
  }

  watch(keyboard, (now) => {
    if (isLeaving.value && now >= place.value * 0.9) close()
  })

  function open(next: Panel): void {
    clearTimeout(timer)
    isLeaving.value = false
    panel.value = next
    field.blur()
  }

  /** The field got the focus: the keyboard comes, and the panel makes room as it rises. */
  function giveWay(): void {
    if (!panel.value || isLeaving.value) return
    if (!isTouch.value) {
      close()
      return
    }
    isLeaving.value = true
    timer = setTimeout(close, COMING_MS)
  }

  function toggle(next: Panel): void {
    if (panel.value === next && !isLeaving.value) field.focus()
    else open(next)
  }

  return { panel, height, keyboard, open, close, giveWay, toggle }
}
