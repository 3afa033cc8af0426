import type { Chat } from '@parley/client'
import { shallowReactive } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Message } from '@/stores/message.ts'
import { useMessages } from '@/stores/messages.ts'
import { useToasts } from '@/ui/toasts.ts'
import { useAttempt } from '@/ui/useAttempt.ts'

/** Messages that are about to be deleted: they are not shown, and come back when that is undone or refused. */
const leaving = shallowReactive(new Set<number | string>())

/** What a message is known by, sent (`mid`) or not. */
const idOf = ({ mid, outboxId }: Message): number | string => mid || (outboxId ?? 0)

/** Whether a message is not to be shown. */
export const isLeaving = (message: Message): boolean => leaving.has(idOf(message))

/**
 * Gives a function that deletes messages for oneself, also those that were not sent: they are gone at once, and for good
 * when 5 s are over.
 */
export function useRemoval(chat: Chat): (messages: readonly Message[]) => void {
  const { t } = useI18n()
  const store = useMessages()
  const toasts = useToasts()
  const attempt = useAttempt()

  async function remove({ mid, outboxId }: Message): Promise<void> {
    if (mid > 0) await store.remove(chat, mid, false)
    else if (outboxId !== undefined) store.discard(outboxId)
  }

  return (messages) => {
    const ids = messages.map(idOf)
    if (ids.length === 0) return
    for (const id of ids) leaving.add(id)
    const back = (id: number | string) => leaving.delete(id)
    toasts.undo(t('conversation.removed', { count: ids.length }, ids.length), () => ids.forEach(back), {
      done: () => {
        for (const message of messages) void attempt(() => remove(message)).then(() => back(idOf(message)))
      },
    })
  }
}
