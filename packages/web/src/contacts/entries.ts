import { type Component, computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { mayTalk } from '@/people/talking.ts'
import type { useMe } from '@/stores/me.ts'
import type { useRequests } from '@/stores/requests.ts'
import type { useSite } from '@/stores/site.ts'
import IconTemporary from '~icons/lucide/message-circle-dashed'
import IconRequests from '~icons/lucide/user-round-plus'
import IconSubUsers from '~icons/lucide/users'
import IconGroups from '~icons/lucide/users-round'

/** A place above the address book. */
export interface Entry {
  to: string
  label: string
  icon: Component
  badge: number
  tone: string
}

/**
 * New friends, groups and temporary chats where the site has them, and for members the accounts that they opened. Requests
 * from before the site closed that can still be answered.
 */
export function useEntries({
  me,
  requests,
  site,
}: {
  me: ReturnType<typeof useMe>
  requests: ReturnType<typeof useRequests>
  site: ReturnType<typeof useSite>
}) {
  const { t } = useI18n()
  return computed<Entry[]>(() => {
    const entry = (name: string, icon: Component, tone: string, badge = 0): Entry => ({
      ...{ to: `/contacts/${name}`, label: t(`contacts.${name}`), icon, tone, badge },
    })
    return [
      ...(site.isOn('add_friend') || requests.open > 0
        ? [entry('requests', IconRequests, 'tone-1', requests.open)]
        : []),
      ...(site.isOn('group_chat') ? [entry('groups', IconGroups, 'tone-0')] : []),
      ...(mayTalk(undefined, site) ? [entry('temporary', IconTemporary, 'tone-2')] : []),
      ...(me.isMember ? [entry('subusers', IconSubUsers, 'tone-5')] : []),
    ]
  })
}
