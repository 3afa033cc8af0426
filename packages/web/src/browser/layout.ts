import { createSharedComposable, useMediaQuery } from '@vueuse/core'

/** Which of the two layouts is shown. The same limit as the variant `desk:` in theme/base.css. */
export const useLayout = createSharedComposable(() => ({
  /** Rail, list and conversation beside each other; otherwise a phone's pages. */
  isDesktop: useMediaQuery('(width >= 900px)'),
  /** Room for the details panel beside the conversation. */
  isWide: useMediaQuery('(width >= 1180px)'),
}))
