import type { DataOf } from '@parley/client'
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { client } from '@/sdk.ts'

export type Question = DataOf<'reply/show'>[number]

/** The questions that members answer by themselves, as their visitors see them, by the member's uid. */
export const useFaq = defineStore('faq', () => {
  const byUid = shallowReactive(new Map<number, readonly Question[]>())

  /** @throws ParleyError, NetworkError */
  async function load(uid: number): Promise<void> {
    byUid.set(uid, await client.call('reply/show', { uid }))
  }

  return { byUid, load }
})
