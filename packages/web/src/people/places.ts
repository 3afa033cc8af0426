import type { Chat } from '@parley/client'
import { type ComputedRef, computed, onScopeDispose, type Ref, ref, watch } from 'vue'
import { chatKey, useChats } from '@/stores/chats.ts'
import { useGroups } from '@/stores/groups.ts'
import { usePeople } from '@/stores/people.ts'
import { namesOf } from './matching.ts'

/** Where one can talk: a chat, or a person or group without one. */
export interface Place extends Chat {
  readonly key: string
  /** What it is shown as. */
  readonly name: string
  /** What it is looked for by: `name`, and what else it is called. */
  readonly names: readonly string[]
  readonly avatar: string
}

/** All chats, the most recent first, then the friends and groups of the user that are not among them. */
export function usePlaces(): ComputedRef<Place[]> {
  const [chats, people, groups] = [useChats(), usePeople(), useGroups()]

  function place(chat: Chat, name: string, avatar: string): Place {
    const { type, id } = chat
    const person = type === 'friend' ? people.byId.get(id) : undefined
    const others = person ? namesOf(person) : [groups.byId.get(id)?.info?.groupname ?? '']
    return { key: chatKey(chat), type, id, name, names: [name, ...others], avatar }
  }

  return computed(() => {
    const byKey = new Map<string, Place>()
    const add = (chat: Place) => byKey.has(chat.key) || byKey.set(chat.key, chat)
    for (const chat of chats.list) add(place(chat, chats.title(chat), chats.picture(chat)))
    for (const { uid, avatar } of people.friends)
      add(place({ type: 'friend', id: uid }, people.name(uid), avatar))
    for (const { gid, name, avatar } of groups.list) add(place({ type: 'group', id: gid }, name, avatar))
    return [...byKey.values()]
  })
}

/**
 * Loads the whole list of chats while it is wanted: what somebody looks for may be further down than the list was read.
 * @returns whether more is being read
 */
export function useWholeList(isWanted: () => boolean): Ref<boolean> {
  const chats = useChats()
  const isReading = ref(false)
  let isOver = false
  onScopeDispose(() => {
    isOver = true
  })
  async function load(): Promise<void> {
    while (!isOver && isWanted() && chats.cursor !== undefined) await chats.loadMore()
  }
  watch(
    isWanted,
    (isNow) => {
      if (!isNow) return
      isReading.value = true
      // Without a network what is here is searched.
      void load()
        .catch(() => {})
        .finally(() => {
          isReading.value = false
        })
    },
    { immediate: true },
  )
  return isReading
}
