import { errorText, mayPass } from '@/sdk.ts'
import { useToasts } from './toasts.ts'
import { tellIfLong } from './waits.ts'

/**
 * Gives a function that does what has no place of its own for an error or a wait, as the acts of menus and switches: when
 * it takes long the page says so, and when it fails, a toast says why, and offers to do it again where that may help. What
 * follows from the act belongs into it, so that it also follows a second try. What the function gives is never rejected.
 */
export function useAttempt(): (work: () => Promise<unknown>) => Promise<void> {
  const toasts = useToasts()
  return async function attempt(work): Promise<void> {
    try {
      await tellIfLong(work())
    } catch (error) {
      const text = errorText(error)
      if (mayPass(error)) toasts.retry(text, () => void attempt(work))
      else toasts.say(text)
    }
  }
}
