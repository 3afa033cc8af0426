import { createSharedComposable, useEventListener } from '@vueuse/core'
import { type Ref, ref } from 'vue'

/** Whether a query holds, from the very first drawing on. */
function useQuery(query: string): Ref<boolean> {
  const list = window.matchMedia(query)
  const matches = ref(list.matches)
  useEventListener(list, 'change', () => {
    matches.value = list.matches
  })
  return matches
}

/** Which of the two layouts is shown. The same limit as the variant `desk:` in theme/base.css. */
export const useLayout = createSharedComposable(() => ({
  /** Rail, list and conversation beside each other; otherwise a phone's pages. */
  isDesktop: useQuery('(width >= 900px)'),
  /** Room for the details panel beside the conversation. */
  isWide: useQuery('(width >= 1180px)'),
}))
