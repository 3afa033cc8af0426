import { useDocumentVisibility, useWindowFocus } from '@vueuse/core'
import { computed, onBeforeUnmount, type Ref, ref, watch } from 'vue'
import { useMessages } from '@/stores/messages.ts'
import type { MessageScroll } from './useMessageScroll.ts'
import type { Opening } from './useOpening.ts'
import type { Placing } from './usePlacing.ts'

/** Whether somebody is at the page. */
function useAwake() {
  const visibility = useDocumentVisibility()
  const focused = useWindowFocus()
  return computed(() => visibility.value === 'visible' && focused.value)
}

/** Nobody looks at the chat any more. */
function leave(messages: ReturnType<typeof useMessages>, { key }: Opening): void {
  if (messages.looking?.key === key) messages.look(undefined)
}

/** Who is at a chat without a message sees its first one come. */
export function useLookingAtNothing(opening: Opening, isEmpty: Ref<boolean>): void {
  const messages = useMessages()
  const awake = useAwake()
  watch(
    () => isEmpty.value && opening.settled.value && awake.value,
    // After the list has said that it is gone.
    (sees) => isEmpty.value && messages.look(opening.timeline.chat, sees),
    { immediate: true, flush: 'post' },
  )
  onBeforeUnmount(() => isEmpty.value && leave(messages, opening))
}

/**
 * Tells the store when the newest messages are seen, and counts those that come while they are not. What comes while
 * nobody is at the page is new when somebody is back: the divider stands before it, and stays in sight.
 */
export function useLooking(opening: Opening, scroll: MessageScroll, placing: Placing) {
  const messages = useMessages()
  const { chat } = opening.timeline
  const awake = useAwake()
  /** How many messages of others came while the end was out of sight. */
  const missed = ref(0)

  const sees = computed(() => awake.value && placing.settled.value && scroll.following.value)

  // Also when messages were counted as unread while it is in sight, as after the connection was lost.
  watch([sees, () => opening.state.value?.lastSeq], ([atEnd]) => messages.look(chat, atEnd), {
    immediate: true,
  })
  onBeforeUnmount(() => leave(messages, opening))

  /** Somebody was at the page since the divider was put where it is. */
  let wasHere = awake.value
  watch(awake, (isHere) => {
    if (!isHere) return
    wasHere = true
    scroll.held.value = undefined
  })
  watch(
    () => [opening.state.value?.lastSeq ?? 0, opening.state.value?.unread ?? 0] as const,
    ([seq, unread], [seqBefore, unreadBefore]) => {
      // Own messages and notices are not counted as unread, and what is marked as unread by hand has not come now.
      const count = unread - unreadBefore
      if (!opening.settled.value || seqBefore === 0 || seq <= seqBefore || count <= 0) return
      if (!scroll.following.value) missed.value += count
      if (awake.value) return
      if (wasHere || opening.newAfter.value === undefined) opening.begin(seqBefore)
      opening.count(count)
      wasHere = false
      scroll.held.value = 'new'
    },
  )
  watch(scroll.following, (follows) => {
    if (follows) missed.value = 0
    // Where the list stopped for who is away: all that came at once is below.
    else if (scroll.held.value !== undefined) missed.value = opening.unread.value
  })

  return { missed, sees }
}
