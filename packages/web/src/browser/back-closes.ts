import { onScopeDispose, type Ref, watch } from 'vue'
import { useRouter } from 'vue-router'

/** What lies over the page now, the topmost last. */
const layers: Ref<boolean>[] = []

function drop(layer: Ref<boolean>): void {
  const place = layers.indexOf(layer)
  if (place >= 0) layers.splice(place, 1)
}

/**
 * What lies over a page is closed by the way back instead of the page below it, as people with phones expect, one layer at a
 * time; any other change of page closes all of them, too. The browser is already at the address when its own buttons lead
 * there, and not yet when the page does.
 * @param mayClose asked when a change of page is about to close it: whoever says no keeps the page as it is, because
 *   something that was written would be lost
 */
export function useBackCloses(open: Ref<boolean>, mayClose: () => boolean = () => true): void {
  const router = useRouter()
  watch(
    open,
    (isOpen) => {
      drop(open)
      if (isOpen) layers.push(open)
    },
    { immediate: true, flush: 'sync' },
  )
  const stop = router.beforeEach((to) => {
    if (!open.value) return true
    const isThereAlready = location.href === location.origin + router.resolve(to.fullPath).href
    if (isThereAlready && layers.at(-1) !== open) return true
    if (!mayClose()) return false
    open.value = false
    return !isThereAlready
  })
  onScopeDispose(() => {
    stop()
    drop(open)
  })
}

/** Closes all of it, for a way that leads away from the page itself. */
export function closeLayers(): void {
  for (const layer of [...layers]) layer.value = false
}
