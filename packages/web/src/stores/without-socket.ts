import { watch } from 'vue'
import { client } from '@/sdk.ts'
import { useMessages } from './messages.ts'
import { useSession } from './session.ts'

/** A websocket that was refused is asked for again after half of this to one and a half times as long, so that many pages do not come at once. */
const AGAIN_MS = 60_000
/** So long a websocket is waited for; most are there before, or lost for a moment only. */
const PATIENCE_MS = 4000
/** Bounds of the wait before everything is read again. */
const POLL_MS_MIN = 15_000
export const POLL_MS_MAX = 60_000
/** What makes it sensible to read at once comes in a row. */
const SOON_MS = 300

/**
 * The server may want no websocket of this page (the user has too many), and there are networks and proxies that let none
 * through. Then everything is read by calls, again and again.
 */
export function keepUpWithoutSocket(): void {
  askAgain()
  poll()
}

/** A websocket that was refused is asked for each minute, and whenever somebody looks at the page. */
function askAgain(): void {
  const session = useSession()
  let timer: ReturnType<typeof setTimeout> | undefined
  const again = () => {
    if (session.status.state === 'refused') session.connect()
  }
  watch(
    () => session.status.state,
    (state) => {
      clearTimeout(timer)
      if (state === 'refused') timer = setTimeout(again, spread(AGAIN_MS))
    },
  )
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') again()
  })
}

/** Reads everything by calls until there is a websocket. */
function poll(): void {
  const [session, messages] = [useSession(), useMessages()]
  let timer: ReturnType<typeof setTimeout> | undefined
  let waitMs = POLL_MS_MIN
  let isOn = false
  let isReading = false
  /** It is to be read once more: something has changed while it was read. */
  let isWantedAgain = false

  function start(ms: number): void {
    isOn = true
    clearTimeout(timer)
    timer = setTimeout(() => void read(), ms)
  }

  function stop(): void {
    isOn = false
    clearTimeout(timer)
    waitMs = POLL_MS_MIN
    session.polls = false
  }

  async function read(): Promise<void> {
    if (isReading) {
      isWantedAgain = true
      return
    }
    isReading = true
    isWantedAgain = false
    const isTold = await client.catchUp().catch(() => undefined)
    isReading = false
    if (!isOn) return
    if (isTold) messages.outdated()
    // Where nothing was told a websocket is about to be there.
    if (isTold !== false) session.polls = isTold === true
    if (isWantedAgain) {
      start(SOON_MS)
      return
    }
    start(spread(waitMs))
    waitMs = Math.min(POLL_MS_MAX, waitMs * 2)
  }

  /** Somebody looks, the network is back, a message was sent: not only when it is time again. */
  function soon(): void {
    if (!isOn) return
    waitMs = POLL_MS_MIN
    if (isReading) isWantedAgain = true
    else start(session.polls || session.status.state === 'refused' ? SOON_MS : spread(PATIENCE_MS))
  }

  watch(
    () => session.status.state,
    (state) => {
      if (state === 'online' || state === 'idle' || state === 'unauthorised') stop()
      else if (state === 'refused') start(0)
      else if (!isOn) start(spread(PATIENCE_MS))
    },
  )
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') soon()
  })
  window.addEventListener('online', soon)
  client.on('outbox', ({ state }) => {
    if (state === 'sent' && session.polls) soon()
  })
}

/** Half of it to one and a half times as long. */
const spread = (ms: number): number => ms * (0.5 + Math.random())
