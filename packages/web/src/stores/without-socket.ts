import { watch } from 'vue'
import { client } from '@/sdk.ts'
import { useSession } from './session.ts'

/** A websocket is asked for again after half of this to one and a half times as long, so that many pages do not come at once. */
const AGAIN_MS = 60_000

/**
 * The server may want no websocket of this page: the user has too many. Then everything is read by calls, and a websocket is
 * asked for again each minute and whenever somebody looks at the page.
 */
export function keepUpWithoutSocket(): void {
  const session = useSession()
  let timer: ReturnType<typeof setTimeout> | undefined
  const again = () => {
    if (session.status.state === 'refused') session.connect()
  }
  watch(
    () => session.status.state,
    (state) => {
      clearTimeout(timer)
      if (state !== 'refused') return
      void client.catchUp().catch(() => {
        // As without a network: the next time.
      })
      timer = setTimeout(again, AGAIN_MS * (0.5 + Math.random()))
    },
  )
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') again()
  })
}
