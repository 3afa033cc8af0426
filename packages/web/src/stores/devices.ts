import type { DataOf } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { client, errorCode } from '@/sdk.ts'

export type Session = DataOf<'login/sessions'>[number]
/** The server's code for a session that is gone already. */
const GONE = 3

/** Where the account is signed in. Actions throw ParleyError and NetworkError as the server answers. */
export const useDevices = defineStore('devices', () => {
  /** Undefined before they are known. */
  const list = ref<Session[]>()
  const current = computed(() => list.value?.filter((session) => session.current === 1) ?? [])
  const others = computed(() => list.value?.filter((session) => session.current !== 1) ?? [])

  async function load(): Promise<void> {
    list.value = await client.call('login/sessions')
  }

  async function end(id: number): Promise<void> {
    await client.call('login/end', { id }).catch((error) => {
      if (errorCode(error) !== GONE) throw error
    })
    list.value = list.value?.filter((session) => session.id !== id)
  }

  /** Leaves only this one. */
  async function endOthers(): Promise<void> {
    for (const { id } of others.value) await end(id)
  }

  return { list, current, others, load, end, endOthers }
})
