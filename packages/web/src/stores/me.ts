import type { Home } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { client } from '@/sdk.ts'
import { optimistic } from './optimistic.ts'
import { useSession } from './session.ts'

type Mine = Home['mine']

/** The signed-in person. */
export const useMe = defineStore('me', () => {
  const session = useSession()
  const mine = ref<Mine>()
  /** Whether read positions are told and heard; undefined until `loadDetail`. */
  const readReceipts = ref<boolean>()
  const uid = computed(() => mine.value?.uid ?? session.uid)
  const isMember = computed(() => mine.value?.is_member === 1)

  function learn(value: Mine): void {
    mine.value = value
    const account = session.accounts.find((candidate) => candidate.uid === value.uid)
    if (account) {
      const { username, nickname, avatar } = value
      session.remember({ ...account, username, nickname, avatar })
    }
  }

  /** Reads what `pop/get` does not tell. @throws ParleyError, NetworkError */
  async function loadDetail(): Promise<void> {
    const detail = await client.call('user/detail', { uid: uid.value })
    readReceipts.value = detail.read_receipts !== 0
  }

  /** Another device of the user has changed the profile. */
  function profileChanged(
    profile: { nickname: string; avatar: string; sign: string },
    receipts: number | undefined,
  ): void {
    if (mine.value) learn({ ...mine.value, ...profile })
    if (receipts !== undefined) readReceipts.value = receipts === 1
  }

  /** Changes the profile. @throws ParleyError, NetworkError */
  async function update(change: { nickname?: string; sign?: string; avatar?: string }): Promise<void> {
    await client.call('user/update', change)
    if (mine.value) learn({ ...mine.value, ...change })
  }

  /** Switches read positions on or off, in both directions. @throws ParleyError, NetworkError */
  const setReadReceipts = (on: boolean): Promise<void> =>
    optimistic(readReceipts, { value: on }, () => client.call('user/update', { read_receipts: on ? 1 : 0 }))

  return { mine, uid, isMember, readReceipts, learn, loadDetail, profileChanged, update, setReadReceipts }
})
