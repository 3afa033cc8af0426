import type { Chat } from '@parley/client'
import { shallowReactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { errorText } from '@/sdk.ts'
import type { Message } from '@/stores/message.ts'
import { useMessages } from '@/stores/messages.ts'
import { useToasts } from '@/ui/toasts.ts'

/** Messages that are about to be deleted: they are not shown, and come back when that is undone or refused. */
const leaving = shallowReactive(new Set<number>())

/** Whether a message is to be shown. */
export const isLeaving = (message: Message): boolean => message.mid > 0 && leaving.has(message.mid)

/** Gives a function that deletes messages for oneself: they are gone at once, and for good when 5 s are over. */
export function useRemoval(chat: Chat): (messages: readonly Message[]) => void {
  const { t } = useI18n()
  const store = useMessages()
  const toasts = useToasts()

  return (messages) => {
    const mids = messages.map(({ mid }) => mid).filter((mid) => mid > 0)
    if (mids.length === 0) return
    for (const mid of mids) leaving.add(mid)
    const back = (mid: number) => leaving.delete(mid)
    toasts.undo(t('conversation.removed', { count: mids.length }, mids.length), () => mids.forEach(back), {
      done: () => {
        for (const mid of mids)
          store.remove(chat, mid, false).then(
            () => back(mid),
            (error) => {
              back(mid)
              toasts.say(errorText(error))
            },
          )
      },
    })
  }
}
