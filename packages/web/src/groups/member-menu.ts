import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { type GroupInfo, type Member, useGroups } from '@/stores/groups.ts'
import { useMe } from '@/stores/me.ts'
import { useSite } from '@/stores/site.ts'
import { useConfirm } from '@/ui/confirm.ts'
import type { MenuItem } from '@/ui/menu.ts'
import { useAttempt } from '@/ui/useAttempt.ts'

interface Subject {
  gid: number
  info: GroupInfo
  member: Member
  /** They are muted now. */
  silenced: boolean
}

/**
 * What the user may do with a member of a group. `changed` is called after something was done, `silence` when it is to be
 * asked for how long they are muted.
 */
export function useMemberMenu(subject: () => Subject, changed: () => void, silence: () => void) {
  const { t } = useI18n()
  const [groups, me, site, confirm] = [useGroups(), useMe(), useSite(), useConfirm()]
  const attempt = useAttempt()

  const change = (work: () => Promise<void>): Promise<void> =>
    attempt(async () => {
      await work()
      changed()
    })

  async function asked(key: 'remove' | 'transfer', work: () => Promise<void>): Promise<void> {
    const { name } = subject().member
    const agreed = await confirm({
      title: t(`groups.${key}Title`, { name }),
      text: t(`groups.${key}Text`),
      action: t(`groups.${key}`),
      danger: true,
    })
    if (agreed) await change(work)
  }

  return computed<MenuItem[]>(() => {
    const { gid, info, member, silenced } = subject()
    const { uid, role } = member
    const isOwner = info.role === 'owner'
    const isManager = info.role === 'manager'
    if (!site.isOn('group_chat')) return []
    if (uid === me.uid || role === 'owner' || !(isOwner || isManager)) return []
    if (isManager && role === 'manager') return []

    const remove = {
      key: 'remove',
      label: t('groups.remove'),
      danger: true,
      separator: true,
      select: () => void asked('remove', () => groups.removeMembers(gid, [uid])),
    }
    return [
      ...(isOwner
        ? [
            {
              key: 'manager',
              label: t(role === 'manager' ? 'groups.dismiss' : 'groups.appoint'),
              select: () => void change(() => groups.setManager(gid, uid, role !== 'manager')),
            },
          ]
        : []),
      silenced
        ? {
            key: 'speak',
            label: t('groups.letSpeak'),
            select: () => void change(() => groups.silence(gid, uid, 0)),
          }
        : { key: 'silence', label: t('groups.silence'), select: silence },
      ...(isOwner
        ? [
            {
              key: 'transfer',
              label: t('groups.transfer'),
              select: () => void asked('transfer', () => groups.transfer(gid, uid)),
            },
          ]
        : []),
      ...(isOwner || site.isOn('manager_remove') ? [remove] : []),
    ]
  })
}
