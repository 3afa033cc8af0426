import { onBeforeUnmount, onMounted, type Ref } from 'vue'

/** How far each list was scrolled when it was left, px; as long as the client is loaded. */
const places = new Map<string, number>()

/**
 * Brings a list back to where it was left, when it is shown again after another place.
 * @returns how far that is, px; 0 for a list that was not shown yet
 */
export function keepScrollPlace(name: string, scroller: Readonly<Ref<HTMLElement | null>>): number {
  const top = places.get(name) ?? 0
  onMounted(() => {
    if (scroller.value) scroller.value.scrollTop = top
  })
  onBeforeUnmount(() => {
    if (scroller.value) places.set(name, scroller.value.scrollTop)
  })
  return top
}
