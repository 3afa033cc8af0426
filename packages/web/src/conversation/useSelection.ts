import { computed, ref, shallowReactive } from 'vue'
import type { Message } from '@/stores/message.ts'
import type { Timeline } from '@/stores/timeline.ts'

/** Whether a message can be chosen, and sent on: it was sent, and is still there to be read. */
export const isChoosable = ({ mid, notice }: Message): boolean => mid > 0 && !notice

/** Choosing several messages. What is taken back or deleted meanwhile is not among them any more. */
export function useSelection({ items }: Pick<Timeline, 'items'>) {
  const active = ref(false)
  const picked = shallowReactive(new Set<string>())
  /** In the order of the conversation. */
  const messages = computed(() =>
    active.value ? items.value.filter((message) => picked.has(message.key) && isChoosable(message)) : [],
  )

  function toggle(message: Message): void {
    if (!picked.delete(message.key) && isChoosable(message)) picked.add(message.key)
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

  return { active, messages, has: (key: string) => picked.has(key), start, toggle, end }
}

export type Selection = ReturnType<typeof useSelection>
