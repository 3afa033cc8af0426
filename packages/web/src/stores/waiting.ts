import type { DataOf } from '@parley/client'
import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { onScopeDispose, ref } from 'vue'
import { client } from '@/sdk.ts'
import { useMe } from './me.ts'

export type Waiting = DataOf<'pop/waiting'>[number]

/** A burst of messages is one question. */
const SETTLE_MS = 400

/** Visitors who wait for an answer of the member, the longest at the top. */
export const useWaiting = defineStore('waiting', () => {
  const list = ref<Waiting[]>()

  /** @throws ParleyError, NetworkError */
  async function load(): Promise<void> {
    if (useMe().isMember) list.value = await client.call('pop/waiting')
  }
  const loadSoon = useDebounceFn(() => load().catch(() => {}), SETTLE_MS)

  /** Reads it now and at each message in a one-to-one chat, as long as the caller's component is shown. */
  function keepFresh(): void {
    void load().catch(() => {})
    const ends = [
      client.on('message', ({ chat }) => {
        if (chat.type === 'friend') void loadSoon()
      }),
      client.on('home', () => void loadSoon()),
    ]
    onScopeDispose(() => {
      for (const end of ends) end()
    })
  }

  return { list, load, keepFresh }
})
