import type { DataOf } from '@parley/client'
import { useStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { client } from '@/sdk.ts'

type Settings = DataOf<'pop/getsetting'>
type SettingName = keyof Settings

/** The site's public settings: what is switched off is not shown. They are remembered, so that nothing flickers. */
export const useSite = defineStore('site', () => {
  const remembered = useStorage<Partial<Settings>>('parley:site', {})
  const loaded = ref(false)

  const name = computed(() => remembered.value.app_name || 'Parley')
  /** Whether a switch of the site is on. Before the settings are known: no. */
  const isOn = (setting: SettingName): boolean => remembered.value[setting] === 'on'
  const text = (setting: SettingName): string => remembered.value[setting] ?? ''
  const number = (setting: SettingName): number => Number(remembered.value[setting] ?? 0)

  /** Takes in a full set: of `pop/getsetting`, `pop/get` or `settingChange`. */
  function learn(settings: object): void {
    remembered.value = { ...(settings as Settings) }
    loaded.value = true
  }

  /** @throws ParleyError, NetworkError */
  async function load(): Promise<void> {
    learn(await client.call('pop/getsetting'))
  }

  return { remembered, name, loaded, isOn, text, number, learn, load }
})
