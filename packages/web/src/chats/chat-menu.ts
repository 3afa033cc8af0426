import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { type ChatState, useChats } from '@/stores/chats.ts'
import { useMessages } from '@/stores/messages.ts'
import { dropMessages } from '@/stores/snapshot.ts'
import { useConfirm } from '@/ui/confirm.ts'
import type { MenuItem } from '@/ui/menu.ts'
import { useToasts } from '@/ui/toasts.ts'
import { useAttempt } from '@/ui/useAttempt.ts'
import IconUnmute from '~icons/lucide/bell'
import IconMute from '~icons/lucide/bell-off'
import IconRead from '~icons/lucide/check-check'
import IconHide from '~icons/lucide/eye-off'
import IconUnread from '~icons/lucide/message-square-dot'
import IconPin from '~icons/lucide/pin'
import IconUnpin from '~icons/lucide/pin-off'
import IconDelete from '~icons/lucide/trash-2'

/** What can be done with a chat from the list. */
export function useChatMenu(): (chat: ChatState) => MenuItem[] {
  const { t } = useI18n()
  const [chats, messages] = [useChats(), useMessages()]
  const confirm = useConfirm()
  const toasts = useToasts()
  const attempt = useAttempt()
  const route = useRoute()
  const router = useRouter()

  async function leave(chat: ChatState): Promise<void> {
    if (route.params.type === chat.type && Number(route.params.id) === chat.id) await router.push('/chats')
  }

  async function hide(chat: ChatState): Promise<void> {
    await leave(chat)
    await chats.hide(chat)
    toasts.undo(t('chats.hidden', { name: chats.title(chat) }), () => attempt(() => chats.show(chat)))
  }

  async function remove(chat: ChatState): Promise<void> {
    const agreed = await confirm({
      title: t('chats.deleteTitle', { name: chats.title(chat) }),
      text: t('chats.deleteText'),
      action: t('chats.deleteAction'),
      danger: true,
    })
    if (!agreed) return
    await leave(chat)
    await attempt(async () => {
      await chats.remove(chat)
      messages.forget(chat)
      await dropMessages(chat.key)
    })
  }

  return (chat) => [
    {
      key: 'pin',
      label: t(chat.pinned ? 'chats.unpin' : 'chats.pin'),
      icon: chat.pinned ? IconUnpin : IconPin,
      select: () => attempt(() => chats.pin(chat, !chat.pinned)),
    },
    {
      key: 'mute',
      label: t(chat.muted ? 'chats.unmute' : 'chats.mute'),
      icon: chat.muted ? IconUnmute : IconMute,
      select: () => attempt(() => chats.mute(chat, !chat.muted)),
    },
    {
      key: 'read',
      label: t(chat.unread > 0 ? 'chats.markRead' : 'chats.markUnread'),
      icon: chat.unread > 0 ? IconRead : IconUnread,
      select: () => attempt(() => (chat.unread > 0 ? chats.markRead(chat) : chats.markUnread(chat))),
    },
    {
      key: 'hide',
      label: t('chats.hide'),
      icon: IconHide,
      separator: true,
      select: () => attempt(() => hide(chat)),
    },
    {
      key: 'delete',
      label: t('chats.delete'),
      icon: IconDelete,
      danger: true,
      select: () => remove(chat),
    },
  ]
}
