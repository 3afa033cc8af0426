import { onScopeDispose } from 'vue'
import { useRouter } from 'vue-router'

/**
 * What lies over a page is closed by the way back instead of the page below it, as people with phones expect; any other
 * change of page closes it, too. The browser is already at the address when its own buttons lead there, and not yet when the
 * page does.
 */
export function useBackCloses(isOpen: () => boolean, close: () => void): void {
  const router = useRouter()
  const stop = router.beforeEach((to) => {
    if (!isOpen()) return true
    close()
    return location.href !== location.origin + router.resolve(to.fullPath).href
  })
  onScopeDispose(stop)
}
