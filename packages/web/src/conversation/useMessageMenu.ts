import { useI18n } from 'vue-i18n'
import { readContent } from '@/content/body.ts'
import type { Message } from '@/stores/message.ts'
import { useMessages } from '@/stores/messages.ts'
import { usePreferences } from '@/stores/preferences.ts'
import { useServerSeconds } from '@/stores/server-time.ts'
import { useConfirm } from '@/ui/confirm.ts'
import type { MenuItem } from '@/ui/menu.ts'
import { useToasts } from '@/ui/toasts.ts'
import { useAttempt } from '@/ui/useAttempt.ts'
import IconPerson from '~icons/lucide/circle-user-round'
import IconCopy from '~icons/lucide/copy'
import IconSave from '~icons/lucide/download'
import IconForward from '~icons/lucide/forward'
import IconLink from '~icons/lucide/link'
import IconSelect from '~icons/lucide/list-checks'
import IconQuote from '~icons/lucide/reply'
import IconResend from '~icons/lucide/rotate-cw'
import IconRemove from '~icons/lucide/trash-2'
import IconRevoke from '~icons/lucide/undo-2'
import { canCopyPicture, copyPicture, copyText, saveFile } from './clipboard.ts'
import type { Conversation } from './context.ts'
import { plainText } from './plain.ts'
import { useRemoval } from './removal.ts'
import { type Rights, revokeLeft, rightsOf, type Standing } from './rights.ts'
import { countdown } from './times.ts'
import type { Aim } from './useAim.ts'

interface Options {
  conversation: Conversation
  standing: () => Standing
  forward: (messages: readonly Message[]) => void
}

/** Gives what can be done with a message, as the items of its menu. It may have been asked for on one of its links, or on a part that is marked. */
export function useMessageMenu({
  conversation,
  standing,
  forward,
}: Options): (message: Message, at: Aim) => MenuItem[] {
  const { t } = useI18n()
  const messages = useMessages()
  const preferences = usePreferences()
  const toasts = useToasts()
  const attempt = useAttempt()
  const confirm = useConfirm()
  const now = useServerSeconds(1000)
  const { chat, selection } = conversation
  const remove = useRemoval(chat)

  const copy = (work: Promise<void>): void =>
    void work.then(
      () => toasts.say(t('conversation.copied')),
      () => toasts.say(t('conversation.copyFailed')),
    )

  async function removeForAll({ mid }: Message): Promise<void> {
    const agreed = await confirm({
      title: t('conversation.removeForAllTitle'),
      text: t('conversation.removeForAllText'),
      action: t('conversation.actions.remove'),
      danger: true,
    })
    if (agreed) await messages.remove(chat, mid, true)
  }

  function revokeItem(message: Message): MenuItem {
    const { revokeSeconds } = standing()
    const left = () => revokeLeft(message, revokeSeconds, now.value)
    return {
      key: 'revoke',
      // Read anew at each tick while the menu is open.
      get label() {
        if (revokeSeconds === 0) return t('conversation.actions.revoke')
        return t('conversation.actions.revokeIn', { left: countdown(left()) })
      },
      get disabled() {
        return revokeSeconds > 0 && left() <= 0
      },
      icon: IconRevoke,
      select: () => attempt(() => messages.revoke(chat, message.mid)),
    }
  }

  function copyItems({ content }: Message, rights: Rights, { element, marked }: Aim): MenuItem[] {
    const parsed = readContent(content)
    const items: MenuItem[] = []
    if (rights.copy || marked)
      items.push({
        ...{ key: 'copy', label: t('conversation.actions.copy'), icon: IconCopy },
        select: () => copy(copyText(marked || plainText(content, preferences.locale))),
      })
    const link = element.closest<HTMLAnchorElement>('[data-bubble] p a[target=_blank]')
    // Where a link is the whole message, that is what is copied.
    if (link && parsed.kind !== 'url')
      items.push({
        ...{ key: 'copyLink', label: t('conversation.actions.copyLink'), icon: IconLink },
        select: () => copy(copyText(link.href)),
      })
    if (parsed.kind === 'image' && canCopyPicture())
      items.push({
        ...{ key: 'copy', label: t('conversation.actions.copyPicture'), icon: IconCopy },
        select: () => copy(copyPicture(parsed.url)),
      })
    if (rights.save !== undefined)
      items.push({
        ...{ key: 'save', label: t('conversation.actions.save'), icon: IconSave },
        select: () => saveFile(rights.save!, parsed.kind === 'file' ? parsed.name : undefined),
      })
    return items
  }

  function unsentItems(message: Message): MenuItem[] {
    if (message.state !== 'failed' || message.outboxId === undefined) return []
    const id = message.outboxId
    return [
      {
        ...{ key: 'resend', label: t('conversation.actions.resend'), icon: IconResend },
        select: () => messages.resend(id),
      },
      {
        ...{ key: 'discard', label: t('conversation.actions.discard'), icon: IconRemove, danger: true },
        select: () => remove([message]),
      },
    ]
  }

  function removalItems(message: Message, rights: Rights): MenuItem[] {
    const items: MenuItem[] = []
    if (rights.remove)
      items.push({
        ...{ key: 'remove', label: t('conversation.actions.remove'), icon: IconRemove, danger: true },
        ...{ separator: true, select: () => remove([message]) },
      })
    if (rights.removeForAll)
      items.push({
        ...{
          key: 'removeForAll',
          label: t('conversation.actions.removeForAll'),
          icon: IconRemove,
          danger: true,
        },
        select: () => attempt(() => removeForAll(message)),
      })
    return items
  }

  function profileItem(message: Message): MenuItem[] {
    if (message.notice || message.from === standing().me || !conversation.mayShowPerson(message.from))
      return []
    const name = conversation.nameOf(message)
    const place = document.querySelector(`[data-message="${CSS.escape(message.key)}"] [data-bubble]`)
    return [
      {
        ...{ key: 'profile', label: t('conversation.actions.profile', { name }), icon: IconPerson },
        select: () => conversation.showPerson(message.from, place ?? document.body),
      },
    ]
  }

  return (message, at) => {
    const rights = rightsOf(message, standing(), now.value)
    const items: MenuItem[] = []
    if (rights.quote)
      items.push({
        ...{ key: 'quote', label: t('conversation.actions.quote'), icon: IconQuote },
        select: () => conversation.quote(message),
      })
    items.push(...copyItems(message, rights, at))
    if (rights.forward)
      items.push({
        ...{ key: 'forward', label: t('conversation.actions.forward'), icon: IconForward },
        select: () => forward([message]),
      })
    if (rights.select)
      items.push({
        ...{ key: 'select', label: t('conversation.actions.select'), icon: IconSelect },
        select: () => selection.start(message),
      })
    if (rights.revoke) items.push(revokeItem(message))
    items.push(...profileItem(message), ...unsentItems(message), ...removalItems(message, rights))
    return items
  }
}
