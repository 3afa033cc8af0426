import { onScopeDispose } from 'vue'

/** A message that the system shows. */
export interface Notice {
  readonly title: string
  readonly body: string
  readonly icon: string
  /** A later one of the same chat takes its place. */
  readonly tag: string
  /** The page that it leads to. */
  readonly path: string
  /** Whose it is: a device may have pages of several accounts. */
  readonly uid: number
}

/** One that takes the place of another is told like the first, and not only changed. TypeScript does not know it yet. */
const ALOUD = { renotify: true }

/** What the service worker is asked to show, and what it says when that was pressed. */
interface Opened {
  readonly open?: string
}

const registration = (): Promise<ServiceWorkerRegistration | undefined> =>
  navigator.serviceWorker?.getRegistration() ?? Promise.resolve(undefined)

/**
 * The system's notifications for one account, while its caller is there. They go by the service worker where there is one:
 * phones allow nothing else, and it finds the page again, or opens it anew when it was closed.
 * @param open called with the path of a notification that was pressed
 */
export function useNotices(uid: number, open: (path: string) => void) {
  const shown = new Set<Notification>()

  function showHere({ title, path, ...options }: Notice): void {
    const notification = new Notification(title, { ...options, ...ALOUD })
    shown.add(notification)
    notification.onclick = () => {
      window.focus()
      open(path)
      notification.close()
    }
    notification.onclose = () => shown.delete(notification)
  }

  async function show(notice: Omit<Notice, 'uid'>): Promise<void> {
    if (!('Notification' in window) || Notification.permission !== 'granted') return
    const worker = (await registration())?.active
    if (worker) worker.postMessage({ ...notice, uid })
    else showHere({ ...notice, uid })
  }

  /** The person is here again, and sees it all. */
  async function close(): Promise<void> {
    for (const notification of shown) notification.close()
    const kept = (await (await registration())?.getNotifications()) ?? []
    for (const notification of kept) if (notification.data?.uid === uid) notification.close()
  }

  const onMessage = ({ data }: MessageEvent<Opened>) => data.open && open(data.open)
  navigator.serviceWorker?.addEventListener('message', onMessage)
  onScopeDispose(() => navigator.serviceWorker?.removeEventListener('message', onMessage))

  return { show, close }
}
