import { computed, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { isClosed, isNobody, usePeople } from '@/stores/people.ts'
import { useSite } from '@/stores/site.ts'
import { useReading } from '@/ui/useReading.ts'

/** Reads somebody's profile: who they are, as far as that is known, and why there is nothing (more) to tell. */
export function useProfile(uid: () => number) {
  const { t } = useI18n()
  const [people, site] = [usePeople(), useSite()]
  const { error, failure, busy, load } = useReading(() => people.detail(uid()))
  // Whose profiles are open is the site's choice, and may change while one is looked at.
  watch([uid, () => site.isOn('member_detail')], load)

  const person = computed(() => people.byId.get(uid()))
  const gone = computed(() => isNobody(error.value))
  /** Asking again changes nothing: there is nobody, or the profile is closed. */
  const absence = computed(() => {
    if (gone.value) return t('people.nobody')
    return isClosed(error.value) ? t('people.closed') : undefined
  })
  return { person, gone, absence, failure, busy, load }
}
