import type { Chat } from '@parley/client'
import { computed, ref, watch } from 'vue'
import { chatKey, useChats } from '@/stores/chats.ts'
import { useMe } from '@/stores/me.ts'
import { useMessages } from '@/stores/messages.ts'
import { useSession } from '@/stores/session.ts'
import { restoreMessages } from '@/stores/snapshot.ts'
import { newestRead } from './grouping.ts'

/**
 * Opens a chat: shows what is in memory or was kept on this device at once, then what the server says. Nothing is marked
 * as read by that: the person has not seen it yet.
 */
export function useOpening(chat: Chat) {
  const [chats, messages, me, session] = [useChats(), useMessages(), useMe(), useSession()]
  const key = chatKey(chat)
  const timeline = messages.timeline(chat)
  const state = computed(() => chats.byKey.get(key))
  /** What was known when the chat was opened; they stay while it is open. */
  const newAfter = ref<number>()
  const unread = ref(0)
  const readSeq = ref(0)
  const mentionMid = ref(0)
  /** The server has answered, and it is known what is new. */
  const settled = ref(false)

  async function open(): Promise<void> {
    if (!timeline.ready.value) void restoreMessages(key)
    // A chat that the list does not have yet: its unread messages are not counted here, but they are read now.
    const known = chats.ensure(chat).lastSeq > 0
    if (timeline.fresh.value && !timeline.atEnd.value && (state.value?.unread ?? 0) > 0)
      await timeline.jumpToEnd()
    else await timeline.open({ peek: known || !chats.loaded })
  }

  watch(
    () => timeline.fresh.value && chats.fresh && !timeline.loading.value,
    (isKnown) => {
      if (!isKnown || settled.value) return
      unread.value = state.value?.unread ?? 0
      readSeq.value = state.value?.readSeq ?? 0
      mentionMid.value = state.value?.mentionMid ?? 0
      newAfter.value = newestRead(timeline.items.value, {
        me: me.uid,
        unread: unread.value,
        readSeq: readSeq.value,
      })
      settled.value = true
    },
    { immediate: true },
  )

  void open()
  watch(
    () => session.online,
    (isOnline) => {
      if (isOnline && !timeline.fresh.value) void open()
    },
  )

  return { key, timeline, state, newAfter, unread, readSeq, mentionMid, settled, open }
}

export type Opening = ReturnType<typeof useOpening>
