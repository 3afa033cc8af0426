import { type ComputedRef, computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useLayout } from './layout.ts'

/**
 * Goes back as the button in a page's header does: to where the person came from in this app, and to the page's tab when
 * it was opened by its address.
 */
export function useBack(): () => void {
  const router = useRouter()
  const route = useRoute()
  return () => {
    if (history.state?.back) router.back()
    else void router.replace(`/${route.meta.tab ?? 'chats'}`)
  }
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
