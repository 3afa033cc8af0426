import type { DataOf } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { client } from '@/sdk.ts'

type Row = DataOf<'friend/applylist'>[number]

/** Somebody who asks to be friends. */
export interface FriendRequest {
  nid: number
  from: number
  name: string
  avatar: string
  postscript: string
  seconds: number
  state: Row['operation']
}

/** The postscript is JSON text in `data`; old rows may hold anything. */
function postscriptOf(data: string): string {
  try {
    const { postscript } = JSON.parse(data) as { postscript?: unknown }
    return typeof postscript === 'string' ? postscript : ''
  } catch {
    return ''
  }
}

/** Friend requests that the user received, newest first. Actions throw ParleyError, NetworkError. */
export const useRequests = defineStore('requests', () => {
  const list = ref<FriendRequest[]>()
  const told = ref(0)
  /** How many wait for an answer. */
  const open = computed(
    () => list.value?.filter(({ state }) => state === 'not_operated').length ?? told.value,
  )

  async function load(): Promise<void> {
    const rows = await client.call('friend/applylist')
    list.value = rows.map(({ nid, from, nickname, avatar, data, timestamp, operation }) => ({
      ...{ nid, from, name: nickname, avatar, postscript: postscriptOf(data) },
      ...{ seconds: timestamp, state: operation },
    }))
  }

  /** What `pop/get` tells; a list that is shown is read anew. */
  function learnCount(count: number): void {
    told.value = count
    if (list.value) void load().catch(() => {})
  }

  /** `friendApply` was pushed. */
  function arrived(): void {
    if (list.value) void load().catch(() => {})
    else told.value += 1
  }

  async function answer(nid: number, state: 'agree' | 'refuse'): Promise<void> {
    await (state === 'agree' ? client.call('friend/agree', { nid }) : client.call('friend/refuse', { nid }))
    const request = list.value?.find((candidate) => candidate.nid === nid)
    if (request) request.state = state
  }

  return { list, open, load, learnCount, arrived, answer }
})
