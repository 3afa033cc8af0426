/** After the pages are loaded: what they load next has the network for itself that long, ms. */
const LATER_MS = 3000

/** Keeps the pages on the device; only where browsers allow it, and not while they are being written. */
export function keepPages(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  const register = () =>
    void navigator.serviceWorker.register('/sw.js').catch(() => {
      // A private window, or a certificate that the browser does not trust: the pages come from the network.
    })
  window.addEventListener('load', () => setTimeout(register, LATER_MS))
}

const RELOADED = 'parley:reloaded'

/** Whether loading the page anew would take away what somebody is just doing. */
const isBusy = (): boolean =>
  document.querySelector('[role="dialog"], [role="alertdialog"]') !== null ||
  [...document.querySelectorAll<HTMLInputElement>('form :is(input, textarea)')].some(
    ({ value }) => value !== '',
  )

/**
 * A part of the pages that is not there any more: the site was updated. Loads them anew, once. Without a network nothing
 * would be left of them, so it is tried first whether the server answers.
 * @param ask asks whoever is in the middle of something, and calls `reload` when they agree
 */
export function followUpdates(ask: (reload: () => void) => void): void {
  const reload = () => {
    sessionStorage.setItem(RELOADED, '1')
    location.reload()
  }
  window.addEventListener('vite:preloadError', () => {
    if (sessionStorage.getItem(RELOADED)) return
    void fetch('/', { method: 'HEAD', cache: 'no-store', headers: { accept: 'text/html' } }).then(
      ({ ok }) => {
        if (!ok) return
        if (isBusy()) ask(reload)
        else reload()
      },
      () => {
        // Away, like the part that was wanted.
      },
    )
  })
  window.addEventListener('load', () => setTimeout(() => sessionStorage.removeItem(RELOADED), 10_000))
}
