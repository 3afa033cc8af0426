import { EVERYBODY } from '@parley/client'
import { computed, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { type Member, useGroups } from '@/stores/groups.ts'
import { useMe } from '@/stores/me.ts'
import type { Suggestion } from './suggestion.ts'

const WAIT_MS = 120
const SHOWN_MAX = 20

/**
 * The members of a group who fit what is being written behind an `@`; everybody first, for those who may.
 * @param gid undefined in a chat without members
 * @param query undefined while nobody is looked for
 */
export function useMentionSearch(gid: () => number | undefined, query: () => string | undefined) {
  const { t } = useI18n()
  const groups = useGroups()
  const me = useMe()
  const found = shallowRef<readonly Member[]>([])
  /** What `found` answers. */
  const answered = ref<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0

  async function search(group: number, wanted: string): Promise<void> {
    const turn = ++last
    if (groups.byId.get(group) && !groups.byId.get(group)?.info) void groups.loadDetail(group).catch(() => {})
    // Without an answer the picker stays away, and the `@` is a text.
    const members = await groups.members(group, 0, wanted, SHOWN_MAX).catch(() => [])
    if (turn !== last) return
    found.value = members
    answered.value = wanted
  }

  watch([gid, query], ([group, wanted], [before]) => {
    clearTimeout(timer)
    if (group !== before) answered.value = undefined
    if (group === undefined || wanted === undefined) {
      last++
      answered.value = undefined
    } else if (answered.value === undefined) void search(group, wanted)
    else timer = setTimeout(() => void search(group, wanted), WAIT_MS)
  })

  const mayCallAll = computed(() => {
    const role = groups.byId.get(gid() ?? 0)?.info?.role
    return role === 'owner' || role === 'manager'
  })

  return computed((): readonly Suggestion[] => {
    const wanted = query()
    if (wanted === undefined || answered.value === undefined) return []
    const all = t('content.everybody')
    const everybody: Suggestion[] =
      mayCallAll.value && all.toLowerCase().startsWith(wanted.toLowerCase())
        ? [{ key: '0', title: all, value: { uid: EVERYBODY, name: all } }]
        : []
    const people = found.value
      .filter(({ uid }) => uid !== me.uid)
      .map(({ uid, name, nickname, avatar }): Suggestion => {
        // They are addressed by the name that everybody knows, not by the one that only the writer uses.
        return {
          ...{ key: String(uid), title: name, avatar, value: { uid, name: nickname } },
          ...(name === nickname ? {} : { detail: nickname }),
        }
      })
    return [...everybody, ...people]
  })
}
