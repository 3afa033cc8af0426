import { watch } from 'vue'
import { storeText } from '@/browser/local-storage.ts'
import { useSession } from './session.ts'

/**
 * Keeps on this device what is written into a dialog, until it is saved or discarded: after a crash or a reload it stands
 * there again when the account opens the dialog for the same. As drafts, it stays when the account signs out.
 * @param subject the dialog, and what it is about: `announcement:7`
 * @param form reactive, as it is before anything is written
 * @returns what forgets it
 */
export function keepForm(subject: string, form: object): () => void {
  const key = `parley:form:${useSession().uid}:${subject}`
  const unwritten = JSON.stringify(form)
  try {
    const { over, written } = JSON.parse(localStorage.getItem(key) ?? '{}')
    // What somebody else has changed meanwhile is not overwritten without having been seen.
    if (over === unwritten) Object.assign(form, written)
  } catch {
    // What cannot be read is not there.
  }
  const end = watch(
    () => JSON.stringify(form),
    (written) => {
      if (written === unwritten) localStorage.removeItem(key)
      else storeText(key, JSON.stringify({ over: unwritten, written: form }))
    },
  )
  return () => {
    end()
    localStorage.removeItem(key)
  }
}
