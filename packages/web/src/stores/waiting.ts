import type { ClientEvents, DataOf } from '@parley/client'
import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref, watch } from 'vue'
import { client } from '@/sdk.ts'
import { useMe } from './me.ts'
import { useSite } from './site.ts'

export type Waiting = DataOf<'pop/waiting'>[number]

/** A burst of messages is one question, and one that does not end is several. */
const SETTLE_MS = 400
const WAIT_MS_MAX = 2000

/** After these somebody else may wait, or somebody no more. */
const REASONS = [
  ...(['message', 'revoke', 'message_delete'] as const),
  ...(['addFriend', 'removeFriend', 'chatUpdate', 'home'] as const),
] satisfies (keyof ClientEvents)[]

/** Visitors who wait for an answer of the member, the longest at the top. */
export const useWaiting = defineStore('waiting', () => {
  const [me, site] = [useMe(), useSite()]
  const list = ref<Waiting[]>()
  /** Whether the site lets members answer visitors: they are no friends. */
  const isOpen = computed(() => site.isOn('private_chat') && site.isOn('stranger_chat'))
  /** How many can be answered. */
  const count = computed(() => (isOpen.value && me.isMember ? (list.value?.length ?? 0) : 0))

  /** @throws ParleyError, NetworkError */
  async function load(): Promise<void> {
    list.value = await client.call('pop/waiting')
  }
  const loadSoon = useDebounceFn(
    async () => {
      if (me.isMember) await load().catch(() => {})
    },
    SETTLE_MS,
    { maxWait: WAIT_MS_MAX },
  )

  /** Reads it for a member, and anew whenever it may be another one, as long as the caller's component is there. */
  function follow(): void {
    watch(
      () => me.isMember,
      (isMember) => {
        if (isMember) void loadSoon()
      },
      { immediate: true },
    )
    const ends = REASONS.map((name) => client.on(name, () => void loadSoon()))
    onScopeDispose(() => {
      for (const end of ends) end()
    })
  }

  return { list, isOpen, count, load, follow }
})
