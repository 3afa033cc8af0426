import type { ClientEvents } from '@parley/client'
import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref } from 'vue'
import { client } from '@/sdk.ts'
import { type Person, usePeople } from './people.ts'

/** A burst of messages is one question, and one that does not end is several. */
const SETTLE_MS = 400
const WAIT_MS_MAX = 2000

/** After these there may be another temporary chat, or one less. */
const REASONS = ['chatUpdate', 'removeFriend', 'friendDelete', 'home'] satisfies (keyof ClientEvents)[]

/** The people whom the user talks to without being friends. */
export const useTemporary = defineStore('temporary', () => {
  const people = usePeople()
  const uids = ref<readonly number[]>()
  /** Undefined before they are known. Whoever has become a friend is none of them any more. */
  const list = computed(() =>
    uids.value
      ?.map((uid) => people.byId.get(uid))
      .filter((person): person is Person => person?.isFriend === false),
  )

  /** @throws ParleyError, NetworkError */
  async function load(): Promise<void> {
    const tree = await client.call('friend/get_temp_list')
    const contacts = Object.values(tree).flatMap((part) => Object.values(part))
    for (const contact of contacts) people.learnContact(contact, false)
    uids.value = contacts.map(({ uid }) => uid)
  }
  const loadSoon = useDebounceFn(() => load().catch(() => {}), SETTLE_MS, { maxWait: WAIT_MS_MAX })

  /** Reads them anew whenever they may be others, as long as the caller's component is there. */
  function follow(): void {
    const ends = [
      ...REASONS.map((name) => client.on(name, () => void loadSoon())),
      client.on('message', ({ chat: { type, id } }) => {
        if (type === 'friend' && !people.byId.get(id)?.isFriend && !uids.value?.includes(id)) void loadSoon()
      }),
    ]
    onScopeDispose(() => {
      for (const end of ends) end()
    })
  }

  return { list, load, follow }
})
