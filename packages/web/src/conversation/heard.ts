import { useStorage } from '@vueuse/core'
import { computed } from 'vue'
import { currentAccount } from '@/browser/accounts.ts'
import { readContent } from '@/content/body.ts'
import type { Message } from '@/stores/message.ts'

/** As many are remembered one by one; below the smallest of them everything counts as heard. */
const KEPT_MAX = 400

interface Heard {
  /** Unix seconds: what is older counts as heard, so that a new device is not full of red points. */
  since: number
  upTo: number
  mids: number[]
}

const heard = useStorage<Heard>(`parley:heard:${currentAccount()?.uid ?? 0}`, {
  ...{ since: Math.floor(Date.now() / 1000), upTo: 0, mids: [] },
})
const mids = computed(() => new Set(heard.value.mids))

/** Whether a message is a recording of somebody else that was not played on this device. */
export function isUnheard({ from, mid, notice, seconds, content }: Message, me: number): boolean {
  const { since, upTo } = heard.value
  if (from === me || notice || mid <= upTo || seconds < since) return false
  return readContent(content).kind === 'voice' && !mids.value.has(mid)
}

/** Remembers that a recording was played. */
export function markHeard({ mid }: Message): void {
  if (mids.value.has(mid)) return
  const all = [...heard.value.mids, mid].sort((a, b) => a - b)
  const dropped = all.slice(0, -KEPT_MAX)
  heard.value = { ...heard.value, mids: all.slice(-KEPT_MAX), upTo: dropped.at(-1) ?? heard.value.upTo }
}
