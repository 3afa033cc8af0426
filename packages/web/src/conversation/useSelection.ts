import { computed, ref, shallowReactive } from 'vue'
import type { Message } from '@/stores/message.ts'

/** Choosing several messages. */
export function useSelection() {
  const active = ref(false)
  const picked = shallowReactive(new Map<string, Message>())
  /** In the order of the conversation. */
  const messages = computed(() => [...picked.values()].sort((a, b) => a.seq - b.seq))

  function toggle(message: Message): void {
    if (picked.has(message.key)) picked.delete(message.key)
    else if (message.mid > 0 && !message.notice) picked.set(message.key, message)
  }
  function start(message: Message): void {
    active.value = true
    picked.clear()
    toggle(message)
  }
  function end(): void {
    active.value = false
    picked.clear()
  }

  return {
    active,
    messages,
    has: (key: string) => picked.has(key),
    drop: (key: string) => picked.delete(key),
    start,
    toggle,
    end,
  }
}

export type Selection = ReturnType<typeof useSelection>
