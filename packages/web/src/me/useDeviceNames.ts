import { useI18n } from 'vue-i18n'
import { deviceOf, WECHAT } from './device-name.ts'

/** What people call a device, by its user agent: “Windows 上的 Chrome”, “Safari on iPhone”. */
export function useDeviceNames(): (userAgent: string) => string {
  const { t } = useI18n()
  return (userAgent) => {
    const { browser: known, system } = deviceOf(userAgent)
    const browser = known === WECHAT ? t('me.devices.wechat') : known
    if (browser && system) return t('me.devices.on', { browser, system })
    return browser || system || t('me.devices.unknown')
  }
}
