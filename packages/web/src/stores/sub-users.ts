import type { DataOf, ParamsOf } from '@parley/client'
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { client } from '@/sdk.ts'
import { usePeople } from './people.ts'

export type SubUser = DataOf<'user/sub_users'>[number]

/** The accounts that the user, a member, has opened. Actions throw ParleyError and NetworkError as the server answers. */
export const useSubUsers = defineStore('sub-users', () => {
  const people = usePeople()
  /** Undefined before they are known. */
  const list = ref<SubUser[]>()

  async function load(): Promise<void> {
    list.value = await client.call('user/sub_users')
    for (const { uid, nickname, avatar, state, username } of list.value)
      people.learn({ uid, nickname, avatar, state, username, isFamily: true })
  }

  /** After something that has been done, whether this succeeds or not. */
  const reload = (): void => void load().catch(() => {})

  async function open(form: ParamsOf<'user/open_user'>): Promise<void> {
    await client.call('user/open_user', form)
    reload()
  }

  /** Nobody signs in with a disabled one, and whoever is signed in is so no more. */
  async function setDisabled(uid: number, disabled: boolean): Promise<void> {
    await client.call('user/disable_sub_user', { uid, value: disabled ? 1 : 0 })
    reload()
  }

  /** Gives one a new password; its sessions end. */
  async function resetPassword(uid: number, newpass: string): Promise<void> {
    await client.call('user/reset_sub_user', { uid, newpass })
  }

  return { list, load, open, setDisabled, resetPassword }
})
