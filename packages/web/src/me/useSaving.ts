import { ref } from 'vue'
import { errorText } from '@/sdk.ts'
import { tellLongWait } from '@/ui/waits.ts'

/** An act that takes its time: `busy` while it does, `error` in words when it failed, until it is tried again. */
export function useSaving() {
  const busy = ref(false)
  const error = ref('')
  tellLongWait(() => busy.value)

  /** @returns whether it went well; false, too, while another is under way */
  async function save(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = ''
    try {
      await act()
      return true
    } catch (failure) {
      error.value = errorText(failure)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, error, save }
}
