import { useDocumentVisibility, useWindowFocus } from '@vueuse/core'
import { computed, onBeforeUnmount, ref, watch } from 'vue'
import { useMe } from '@/stores/me.ts'
import { useMessages } from '@/stores/messages.ts'
import type { MessageScroll } from './useMessageScroll.ts'
import type { Opening } from './useOpening.ts'

/** Tells the store when the newest messages are seen, and counts those that come while they are not. */
export function useLooking(opening: Opening, scroll: MessageScroll) {
  const messages = useMessages()
  const me = useMe()
  const { chat } = opening.timeline
  const visibility = useDocumentVisibility()
  const focused = useWindowFocus()
  /** How many messages of others came while the end was out of sight. */
  const missed = ref(0)

  const awake = computed(() => visibility.value === 'visible' && focused.value)
  const sees = computed(
    () => awake.value && opening.settled.value && scroll.placed.value && scroll.following.value,
  )

  // Also when messages were counted as unread while it is in sight, as after the connection was lost.
  watch([sees, () => opening.state.value?.lastSeq], ([atEnd]) => messages.look(chat, atEnd), {
    immediate: true,
  })
  onBeforeUnmount(() => {
    if (messages.looking?.key === opening.key) messages.look(undefined)
  })

  watch(
    () => opening.state.value?.lastSeq ?? 0,
    (now, before) => {
      const last = opening.state.value?.last
      if (before === 0 || now <= before || !opening.settled.value) return
      if (last && !last.notice && last.from !== me.uid && !scroll.following.value)
        missed.value += now - before
    },
  )
  watch(scroll.following, (follows) => {
    if (follows) missed.value = 0
  })

  return { missed, sees }
}
