import { watch } from 'vue'
import { whenIdle } from '@/browser/idle.ts'
import { useChats } from './chats.ts'
import { useMessages } from './messages.ts'
import { useSession } from './session.ts'

/** As many chats as stand in a list without scrolling. */
const CHATS_PREFETCHED = 8
/** A browser that is never idle reads the next one after so many ms. */
const BUSY_MS_MAX = 3000

/**
 * Reads the newest messages of the first chats of the list before somebody opens them, one after the other and while the
 * browser has nothing else to do. What is likely to be opened opens at once, and can be read without a network. Nothing is
 * marked as read by that.
 */
export function prefetchChats(): void {
  const [session, chats, messages] = [useSession(), useChats(), useMessages()]
  const mayPrefetch = (): boolean => session.online && chats.fresh

  async function prefetch(): Promise<void> {
    for (const chat of chats.list.slice(0, CHATS_PREFETCHED)) {
      await new Promise<void>((resolve) => whenIdle(resolve, BUSY_MS_MAX))
      if (!mayPrefetch()) return
      await messages.prefetch(chat)
    }
  }

  watch(mayPrefetch, (may) => {
    if (may) void prefetch()
  })
}
