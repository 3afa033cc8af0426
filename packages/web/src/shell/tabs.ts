import { type Component, computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useChats } from '@/stores/chats.ts'
import { useMe } from '@/stores/me.ts'
import { useRequests } from '@/stores/requests.ts'
import { useSite } from '@/stores/site.ts'
import { useWaiting } from '@/stores/waiting.ts'
import IconExplore from '~icons/lucide/compass'
import IconDesk from '~icons/lucide/headset'
import IconChats from '~icons/lucide/message-square'
import IconMe from '~icons/lucide/user-round'
import IconContacts from '~icons/lucide/users-round'

/** A place at the top level: in the rail of a desktop, in the bar of a phone. */
export interface TabEntry {
  key: 'chats' | 'contacts' | 'desk' | 'explore' | 'me'
  label: string
  icon: Component
  badge: number
  /** What the badge says after its number, for ears: `条新消息，`; empty without one. */
  news: string
  to: string
}

/** The places that this person and this site have, `me` last. */
export function useTabs() {
  const { t } = useI18n()
  const [chats, requests, waiting] = [useChats(), useRequests(), useWaiting()]
  const [me, site] = [useMe(), useSite()]
  return computed<TabEntry[]>(() => {
    const tab = (key: TabEntry['key'], icon: Component, badge = 0): TabEntry => ({
      ...{ key, icon, badge },
      news: badge > 0 && key !== 'explore' && key !== 'me' ? t(`shell.news.${key}`) : '',
      label: t(`shell.${key}`),
      to: `/${key}`,
    })
    return [
      tab('chats', IconChats, chats.unread),
      tab('contacts', IconContacts, requests.open),
      ...(me.isMember ? [tab('desk', IconDesk, waiting.count)] : []),
      ...(site.text('explore_url') ? [tab('explore', IconExplore)] : []),
      tab('me', IconMe),
    ]
  })
}
