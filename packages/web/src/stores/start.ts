import { keepDraftsInStep } from './drafts-in-step.ts'
import { followLive } from './live.ts'
import { usePreferences } from './preferences.ts'
import { prefetchChats } from './prefetch.ts'
import { useSession } from './session.ts'
import { useSite } from './site.ts'
import { keepSnapshots, restoreSnapshot } from './snapshot.ts'
import { keepUpWithoutSocket } from './without-socket.ts'

/** Brings the stores to life: theme and language, what this device remembers, then the connection. */
export function startSession(): void {
  usePreferences()
  const session = useSession()
  followLive()
  keepDraftsInStep()
  keepSnapshots()
  keepUpWithoutSocket()
  prefetchChats()
  if (session.signedIn) {
    void restoreSnapshot()
    session.connect()
  } else {
    void useSite()
      .load()
      .catch(() => {
        // The sign-in page says what failed when it is used.
      })
  }
}
