import { onScopeDispose, reactive } from 'vue'
import { useRouter } from 'vue-router'
import type { TabEntry } from './tabs.ts'

/**
 * Where somebody was last in each place: who looks something up in the address book comes back to the chat. Gives where a
 * place's link leads: to its list for who is there already.
 */
export function useLastPaths(): (tab: TabEntry['key']) => string {
  const router = useRouter()
  const paths = reactive(new Map<string, string>())
  const remember = ({ meta, fullPath }: typeof router.currentRoute.value): void => {
    if (meta.tab && !meta.passing) paths.set(meta.tab, fullPath)
  }
  remember(router.currentRoute.value)
  onScopeDispose(router.afterEach(remember))
  return (tab) => (router.currentRoute.value.meta.tab === tab ? undefined : paths.get(tab)) ?? `/${tab}`
}
