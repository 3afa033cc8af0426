import { createSharedComposable, useNow } from '@vueuse/core'

/** The time, told once a minute. One clock for all who ask: after midnight, today becomes yesterday. */
export const useMinute = createSharedComposable(() => useNow({ interval: 60_000 }))
