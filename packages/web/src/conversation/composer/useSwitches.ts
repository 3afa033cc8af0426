import { computed } from 'vue'
import { useMe } from '@/stores/me.ts'
import { useSite } from '@/stores/site.ts'

/** What may be sent on this site, by this person; changes while it is shown. */
export function useSwitches() {
  const site = useSite()
  const me = useMe()
  return computed(() => ({
    pictures: site.isOn('upload_img'),
    files: site.isOn('upload_file'),
    voice: site.isOn('voice'),
    emoji: site.isOn('emoji'),
    replies: me.isMember,
  }))
}

export type Switches = ReturnType<typeof useSwitches>['value']
