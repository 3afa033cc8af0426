import { useMediaQuery, useStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watchEffect } from 'vue'
import { followThemeColor } from '@/browser/theme-color.ts'
import { browserLocale, type Locale, setLocale } from '@/i18n/index.ts'

export type Theme = 'system' | 'light' | 'dark'
export type TextSize = 'small' | 'normal' | 'large' | 'larger'

/** What a person has set for this device. `public/shell/theme.js` reads the same entry before anything is drawn. */
interface Preferences {
  theme: Theme
  textSize: TextSize
  /** Empty: as the browser says. */
  locale: Locale | ''
  /** Enter sends and Shift+Enter begins a line; false: the other way round. */
  enterSends: boolean
  sound: boolean
  /** Undefined until the person has answered whether they want desktop notifications. */
  notifications?: boolean
  /** Width of the list of chats on a desktop, px. */
  listWidth: number
  detailsOpen: boolean
}

const DEFAULTS: Preferences = {
  theme: 'system',
  textSize: 'normal',
  locale: '',
  enterSends: true,
  sound: true,
  listWidth: 320,
  detailsOpen: true,
}

/** The settings of this device; the same in all its tabs, for all accounts. */
export const usePreferences = defineStore('preferences', () => {
  const values = useStorage<Preferences>('parley:preferences', { ...DEFAULTS }, undefined, {
    mergeDefaults: true,
    writeDefaults: false,
  })
  const systemIsDark = useMediaQuery('(prefers-color-scheme: dark)')
  const locale = computed<Locale>(() => values.value.locale || browserLocale())
  const theme = computed(() => {
    const { theme } = values.value
    return theme === 'system' ? (systemIsDark.value ? 'dark' : 'light') : theme
  })

  watchEffect(() => {
    document.documentElement.dataset.theme = theme.value
    document.documentElement.dataset.textSize = values.value.textSize
    followThemeColor(values.value.theme)
  })
  watchEffect(() => setLocale(locale.value))

  return { values, locale, theme }
})
