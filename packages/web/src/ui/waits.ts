import { onScopeDispose, readonly, ref, watch } from 'vue'
import { useDelayed } from './useDelayed.ts'

/** A wait that is longer wants a reason, ms. */
const LONG_MS = 2000

const count = ref(0)
/** How many acts take so long that people are told. */
export const longWaits = readonly(count)

/** Has the page tell that an act takes long, from then on until it has ended. */
export async function tellIfLong<Result>(act: Promise<Result>): Promise<Result> {
  let isLong = false
  const timer = setTimeout(() => {
    isLong = true
    count.value++
  }, LONG_MS)
  try {
    return await act
  } finally {
    clearTimeout(timer)
    if (isLong) count.value--
  }
}

/** Has the page tell that an act takes long, while `busy` has been true for that long. */
export function tellLongWait(busy: () => boolean): void {
  const long = useDelayed(busy, LONG_MS)
  watch(
    long,
    (isLong) => {
      count.value += isLong ? 1 : -1
    },
    { flush: 'sync' },
  )
  onScopeDispose(() => {
    if (long.value) count.value--
  })
}
