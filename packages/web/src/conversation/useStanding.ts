import type { Chat } from '@parley/client'
import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { mayTalk } from '@/people/talking.ts'
import { errorCode } from '@/sdk.ts'
import { useChats } from '@/stores/chats.ts'
import { useGroups } from '@/stores/groups.ts'
import { useMe } from '@/stores/me.ts'
import { usePeople } from '@/stores/people.ts'
import { usePreferences } from '@/stores/preferences.ts'
import { useServerSeconds } from '@/stores/server-time.ts'
import { useSession } from '@/stores/session.ts'
import { useSite } from '@/stores/site.ts'
import type { Standing } from './rights.ts'
import { dividerTime } from './times.ts'
import { useMaySend } from './useMaySend.ts'

/** The code of "there is no such user". */
const NOBODY = 101

/** What the user may do in a chat, and why not. Reads what is known of the group or the person anew. */
export function useStanding(chat: Chat) {
  const { t } = useI18n()
  const [site, me, people, groups, chats] = [useSite(), useMe(), usePeople(), useGroups(), useChats()]
  const [preferences, session] = [usePreferences(), useSession()]
  const seconds = useServerSeconds(5000)
  const nobody = ref(false)
  const maySend = useMaySend()

  const group = computed(() => (chat.type === 'group' ? groups.byId.get(chat.id) : undefined))

  const groupReason = (): string | undefined => {
    const info = group.value?.info
    if (chats.loaded && !group.value)
      return t(groups.dissolved.has(chat.id) ? 'conversation.blocked.dissolved' : 'conversation.blocked.gone')
    if (site.loaded && !site.isOn('group_chat')) return t('conversation.blocked.groupChatOff')
    if (info?.state === 'disabled') return t('conversation.blocked.groupDisabled')
    if (info && info.silenced_until > seconds.value) {
      const time = dividerTime(info.silenced_until, seconds.value, preferences.locale)
      return t('conversation.blocked.silencedUntil', { time })
    }
    if (info?.state === 'forbidden' && info.role === 'member') return t('conversation.blocked.allSilenced')
    return undefined
  }
  const friendReason = (): string | undefined => {
    if (chat.id === me.uid) return t('conversation.blocked.yourself')
    if (nobody.value) return t('conversation.blocked.nobody')
    if (!site.loaded) return undefined
    if (!site.isOn('private_chat')) return t('conversation.blocked.privateChatOff')
    const person = people.byId.get(chat.id)
    const isUnknown = person === undefined && !people.friendsKnown
    return isUnknown || mayTalk(person, site) ? undefined : t('conversation.blocked.notFriends')
  }
  /** Why nothing can be written here; undefined when it can. */
  const reason = computed(() => (chat.type === 'group' ? groupReason() : friendReason()))

  const unreachable = computed(() =>
    chat.type === 'group' ? chats.loaded && !group.value : nobody.value || chat.id === me.uid,
  )

  /** Not for who is muted alone, or whose group is disabled; where nobody may write, it is. */
  const mayTakeBack = computed(() => {
    // Before the site has told for how long.
    if (site.text('revoke_seconds') === '') return false
    const info = group.value?.info
    const isBarred = info && (info.state === 'disabled' || info.silenced_until > seconds.value)
    return !unreachable.value && !isBarred
  })

  const standing = computed<Standing>(() => ({
    ...{ me: me.uid, type: chat.type, role: group.value?.info?.role ?? 'none' },
    ...{ maySpeak: reason.value === undefined, mayTakeBack: mayTakeBack.value, maySend },
    revokeSeconds: site.number('revoke_seconds'),
  }))

  if (chat.type === 'group') groups.follow(chat.id)
  function refresh(): void {
    const reading = chat.type === 'group' ? groups.loadDetail(chat.id) : people.detail(chat.id)
    reading.catch((error) => {
      nobody.value = chat.type === 'friend' && errorCode(error) === NOBODY
    })
  }
  refresh()
  // What could not be read, or has changed while nobody told.
  watch(
    () => session.reached,
    (now, before) => now > before && refresh(),
  )

  return { group, reason, unreachable, standing, seconds, refresh }
}
