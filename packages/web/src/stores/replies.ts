import type { DataOf, ParamsOf } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { client } from '@/sdk.ts'

/** 1 welcome, 2 quick reply, 3 frequent question. */
export type ReplyType = 1 | 2 | 3
export type Reply = DataOf<'reply/get'>[string][number]
export type ReplyInput = ParamsOf<'reply/add'>

/** The member's own replies. Actions throw ParleyError and NetworkError as the server answers. */
export const useReplies = defineStore('replies', () => {
  const byType = ref<Partial<Record<number, Reply[]>>>({})
  const loaded = ref(false)
  let loading: Promise<void> | undefined

  /** Those of a type, in the order in which they are shown. */
  const list = (type: ReplyType): readonly Reply[] => byType.value[type] ?? []
  const quick = computed(() => list(2))

  async function load(): Promise<void> {
    byType.value = await client.call('reply/get')
    loaded.value = true
  }

  /** Reads them unless they are here. */
  async function ensure(): Promise<void> {
    if (loaded.value) return
    loading ??= load().finally(() => {
      loading = undefined
    })
    await loading
  }

  async function add(input: ReplyInput): Promise<void> {
    await client.call('reply/add', input)
    await load()
  }

  async function update(rid: number, input: ReplyInput): Promise<void> {
    await client.call('reply/update', { rid, ...input })
    await load()
  }

  async function remove(rid: number): Promise<void> {
    await client.call('reply/delete', { rid })
    await load()
  }

  /** Puts those of a type into this order: at once, and back when the server does not want it. */
  async function sort(type: ReplyType, ids: readonly number[]): Promise<void> {
    const before = byType.value[type] ?? []
    const place = new Map(ids.map((id, at) => [id, at]))
    const last = ids.length
    byType.value[type] = [...before].sort((a, b) => (place.get(a.id) ?? last) - (place.get(b.id) ?? last))
    try {
      await client.call('reply/sort', { type, ids: [...ids] })
    } catch (error) {
      byType.value[type] = before
      throw error
    }
    await load()
  }

  return { byType, loaded, list, quick, load, ensure, add, update, remove, sort }
})
