import type { DataOf, ParamsOf } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { client } from '@/sdk.ts'

/** 1 welcome, 2 quick reply, 3 frequent question. */
export type ReplyType = 1 | 2 | 3
export const [WELCOME, QUICK, FAQ] = [1, 2, 3] as const

export type Reply = DataOf<'reply/get'>[string][number]
export type ReplyInput = ParamsOf<'reply/add'>

/** The words by which a reply is found, written with commas between them. */
export const keywordsOf = ({ keyword }: Pick<Reply, 'keyword'>): readonly string[] =>
  keyword
    .split(/[,，]/)
    .map((word) => word.trim())
    .filter(Boolean)

/** The member's own replies. Actions throw ParleyError and NetworkError as the server answers. */
export const useReplies = defineStore('replies', () => {
  const byType = ref<Partial<Record<number, Reply[]>>>({})
  const loaded = ref(false)
  let loading: Promise<void> | undefined

  /** Those of a type, in the order in which they are shown. */
  const list = (type: ReplyType): readonly Reply[] => byType.value[type] ?? []
  const quick = computed(() => list(QUICK))

  let readings = 0
  async function load(): Promise<void> {
    const reading = ++readings
    const rows = await client.call('reply/get')
    // One that was asked for later knows more.
    if (reading !== readings) return
    // Whoever chooses among them is not disturbed where nothing has changed.
    if (JSON.stringify(rows) !== JSON.stringify(byType.value)) byType.value = rows
    loaded.value = true
  }

  // Changed in another tab or on another device, or perhaps while there was no connection.
  for (const event of ['replyUpdate', 'home'] as const)
    client.on(event, () => {
      if (loaded.value)
        void load().catch(() => {
          // The next connection tells it.
        })
    })

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
      // Another device may have deleted one of them.
      void load().catch(() => {})
      throw error
    }
    await load()
  }

  return { byType, loaded, list, quick, load, ensure, add, update, remove, sort }
})
