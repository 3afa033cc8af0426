import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { formatBytes } from './kinds.ts'
import type { UploadLimits } from './prepared.ts'
import type { SendItem } from './useSendItems.ts'

/** Why a file cannot be sent, in the person's language; undefined when it can. */
export function useRefusal(item: () => SendItem, limits: () => UploadLimits) {
  const { t } = useI18n()
  return computed(() => {
    const { refusal, kind } = item()
    if (!refusal) return undefined
    const { imageBytes, fileBytes } = limits()
    return t(`pictures.refusal.${refusal}`, {
      limit: formatBytes(kind === 'picture' ? imageBytes : fileBytes),
    })
  })
}
