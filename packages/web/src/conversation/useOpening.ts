import type { Chat } from '@parley/client'
import { useThrottleFn } from '@vueuse/core'
import { computed, ref, watch } from 'vue'
import { chatKey, useChats } from '@/stores/chats.ts'
import { useMe } from '@/stores/me.ts'
import { useMessages } from '@/stores/messages.ts'
import { useSession } from '@/stores/session.ts'
import { restoreLast, restoreMessages } from '@/stores/snapshot.ts'
import { newestRead } from './grouping.ts'

/** How often at most a chat that could not be read is read again because somebody writes, ms. */
const AGAIN_MS = 10_000

/**
 * Opens a chat: shows what is in memory or was kept on this device at once, then what the server says. Nothing is marked
 * as read by that: the person has not seen it yet.
 */
export function useOpening(chat: Chat) {
  const [chats, messages, me, session] = [useChats(), useMessages(), useMe(), useSession()]
  const key = chatKey(chat)
  const timeline = messages.timeline(chat)
  const state = computed(() => chats.byKey.get(key))
  /** What was known when the chat was opened, or when somebody went away from it; they stay while it is looked at. */
  const newAfter = ref<number>()
  const unread = ref(0)
  const readSeq = ref(0)
  const mentionMid = ref(0)
  /** The server has answered, and it is known what is new. */
  const settled = ref(false)

  let restoring: Promise<void> | undefined
  async function open(): Promise<void> {
    if (!timeline.ready.value) restoring = restoreMessages(key)
    chats.ensure(chat)
    if (timeline.fresh.value && !timeline.atEnd.value && (state.value?.unread ?? 0) > 0)
      await timeline.jumpToEnd().catch(() => {
        // It stays where it was; the way to the end is a button.
      })
    else await timeline.open()
  }

  watch(
    () => timeline.fresh.value && chats.fresh && state.value?.known === true && !timeline.loading.value,
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

  /** Nobody has seen what comes after `seq`. */
  function begin(seq: number): void {
    newAfter.value = seq
    readSeq.value = seq
    unread.value = 0
  }

  /** So many more are new. */
  function count(more: number): void {
    unread.value += more
    mentionMid.value = state.value?.mentionMid ?? 0
  }

  watch(timeline.error, async (failure) => {
    if (failure?.during !== 'first') return
    await restoring
    restoreLast(key)
  })

  void open()
  // Somebody writes: what could not be read may come now. Should the server be in trouble, not with each message.
  const readAgain = useThrottleFn(
    () => {
      if (!timeline.fresh.value) void timeline.error.value?.retry()
    },
    AGAIN_MS,
    true,
  )
  watch(() => state.value?.last?.mid, readAgain)
  watch(
    () => session.reached,
    (now, before) => {
      if (now < before) return
      chats.ensure(chat)
      if (timeline.error.value) void timeline.error.value.retry()
      else if (!timeline.fresh.value) void open()
    },
  )

  return { key, timeline, state, newAfter, unread, readSeq, mentionMid, settled, begin, count }
}

export type Opening = ReturnType<typeof useOpening>
