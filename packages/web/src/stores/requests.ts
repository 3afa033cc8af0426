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
  /** Somebody looks for a request: those that the page is told of later are read as well. */
  let wanted = false
  /** How many wait for an answer. */
  const open = computed(
    () => list.value?.filter(({ state }) => state === 'not_operated').length ?? told.value,
  )

  /** The request of somebody that waits for an answer. */
  const from = (uid: number): FriendRequest | undefined =>
    list.value?.find((request) => request.from === uid && request.state === 'not_operated')

  /** Sees to it that the open ones are here, also those of which the page is told only later. */
  async function ensure(): Promise<void> {
    wanted = true
    if (!list.value && told.value > 0) await load()
  }

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
    if (list.value || (wanted && count > 0)) void load().catch(() => {})
  }

  /** One has come (perhaps in place of an older one), or was answered on another device. */
  function changed(): void {
    const reading =
      list.value || wanted ? load() : client.call('friend/applycount').then((count) => (told.value = count))
    void reading.catch(() => {
      // The next connection tells it.
    })
  }

  async function answer(nid: number, state: 'agree' | 'refuse'): Promise<void> {
    await (state === 'agree' ? client.call('friend/agree', { nid }) : client.call('friend/refuse', { nid }))
    const request = list.value?.find((candidate) => candidate.nid === nid)
    if (request) request.state = state
  }

  return { list, open, from, ensure, load, learnCount, changed, answer }
})
