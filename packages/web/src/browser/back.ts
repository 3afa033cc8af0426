import { type ComputedRef, computed } from 'vue'
import { type Router, useRoute, useRouter } from 'vue-router'
import { closeLayers } from './back-closes.ts'
import { useLayout } from './layout.ts'

/**
 * Goes back as the button in a page's header does: to where the person came from in this app, and to the page's tab when
 * it was opened by its address.
 */
export function useBack(): () => void {
  const router = useRouter()
  const route = useRoute()
  return () => {
    closeLayers()
    if (history.state?.back) router.back()
    else void router.replace(`/${route.meta.tab ?? 'chats'}`)
  }
}

/** A chat and its details: what has ended has no more pages than that. */
const PAGES_MAX = 2

/**
 * Gives a function that leaves a page whose subject is no more, as a group that one has left, so that the way back does not
 * lead there again.
 * @returns to be called with where to go, and the address of what is gone (its parts have addresses below it)
 */
export function useLeaving(): (to: string, gone: string) => Promise<void> {
  const router = useRouter()
  const isBehind = (path: string): boolean => {
    const back: unknown = history.state?.back
    return typeof back === 'string' && (back === path || back.startsWith(`${path}/`))
  }
  return async (to, gone) => {
    for (let step = 1; step < PAGES_MAX && isBehind(gone); step++) await stepBack(router)
    if (history.state?.back === to) await stepBack(router)
    else await router.replace(to)
  }
}

function stepBack(router: Router): Promise<void> {
  return new Promise((resolve) => {
    const stop = router.afterEach(() => {
      stop()
      resolve()
    })
    router.back()
  })
}

/**
 * Whether a page's header offers the way back: always on phones; on a desktop, where the page's list is beside it, only
 * to who came from another tab. To be asked where the page is made.
 */
export function useBackShown(): ComputedRef<boolean> {
  const { isDesktop } = useLayout()
  const before: unknown = history.state?.back
  const fromElsewhere =
    typeof before === 'string' && useRouter().resolve(before).meta.tab !== useRoute().meta.tab
  return computed(() => !isDesktop.value || fromElsewhere)
}
