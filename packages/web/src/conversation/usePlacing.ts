import { computed, nextTick, onMounted, ref, watch } from 'vue'
import { scrollMemory } from './scroll-memory.ts'
import { ABOVE_NEW_PX, type MessageScroll } from './useMessageScroll.ts'
import type { Opening } from './useOpening.ts'

/**
 * Finds the position that a chat opens at: the first new message if there is one here, where it was left, or the end. It is
 * found twice: for what this device had kept, and for what the server says, unless somebody has scrolled meanwhile.
 */
export function usePlacing(opening: Opening, scroll: MessageScroll) {
  const done = ref<'no' | 'kept' | 'settled'>('no')
  const touched = ref(false)

  function place(): void {
    const { rows } = scroll
    if (rows.value.length === 0 || done.value === 'settled') return
    const settled = opening.settled.value
    if (!(done.value === 'kept' && (!settled || touched.value))) go(settled)
    done.value = settled ? 'settled' : 'kept'
    // The rows are measured, and moved where they belong, between this and the drawing of the same frame.
    if (!scroll.placed.value) requestAnimationFrame(show)
  }

  function go(settled: boolean): void {
    const place = scrollMemory.places.get(opening.key)
    if (settled && opening.newAfter.value !== undefined && scroll.toRow('new', 'start', -ABOVE_NEW_PX)) return
    if (place && scroll.toRow(place.key, 'start', place.offset)) return
    scroll.toEnd()
  }

  function show(): void {
    scroll.placed.value = true
    scroll.onScroll()
  }

  onMounted(place)
  watch([scroll.rows, opening.settled], () => void nextTick(place))

  /** Somebody scrolls: the list is theirs. */
  const touch = (): void => {
    touched.value = true
    scroll.byHand()
  }

  /** The list stands where the chat is to be opened, with what the server says. */
  const settled = computed(() => done.value === 'settled' && scroll.placed.value)

  return { touch, settled }
}

export type Placing = ReturnType<typeof usePlacing>
