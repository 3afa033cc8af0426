import { useI18n } from 'vue-i18n'
import { waitTime } from './wait-time.ts'

/** Gives a function that tells how long somebody has to wait, given in seconds. */
export function useWaitText(): (seconds: number) => string {
  const { t } = useI18n()
  return (seconds) => {
    const { unit, count } = waitTime(seconds)
    return t(`me.forms.time.${unit}`, { count })
  }
}
