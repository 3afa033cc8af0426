/*
 * Keeps the pages themselves on the device, so that they open without a network. What people wrote is not its business:
 * that is in IndexedDB.
 */
const CACHE = 'parley-/* VERSION */'
const FILES = [
  /* FILES */
]
const SHELL = ['/', '/favicon.svg', '/shell/theme.js']
/** A proxy answers for a server that is away. */
const AWAY = [502, 503, 504]
/** A network that does not answer within that time is none, ms. */
const PATIENCE_MS = 4000

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([...SHELL, ...FILES]))
      .then(() => self.skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('parley-') && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate' && isPage(url.pathname)) event.respondWith(fresh(request, '/'))
  else if (SHELL.includes(url.pathname)) event.respondWith(fresh(request, url.pathname))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(hashed(request))
})

/** What the server draws itself, and what is no page at all. */
const isPage = (path) =>
  !/^\/(api|web|h5|im|upload|avatar|docs|openapi\.json|setup|healthz|metrics|apps)(\/|$)/.test(path)

/** From the network, and what was kept where there is none, or no server behind it. */
async function fresh(request, name) {
  const kept = await caches.match(name)
  if (!kept) return fetch(request)
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return AWAY.includes(answer.status) ? kept : answer
  } catch {
    return kept
  }
}

/** Hashed files never change: once they are here, they are not asked for again. */
async function hashed(request) {
  const kept = await caches.match(request, { ignoreSearch: true })
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok && answer.type === 'basic') {
    const cache = await caches.open(CACHE)
    await cache.put(request, answer.clone())
  }
  return answer
}

/** A page asks for a notification: it is the one that is shown again when that is pressed. */
self.addEventListener('message', (event) => {
  const { title, body, icon, tag, path, uid } = event.data
  const data = { path, uid, page: event.source.id }
  event.waitUntil(self.registration.showNotification(title, { body, icon, tag, data, renotify: true }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(lead(event.notification.data))
})

/** Back to the page that a notification came from; to a new one when it was closed. */
async function lead({ path, page }) {
  const tab = await self.clients.get(page)
  if (!tab) return self.clients.openWindow(path)
  tab.postMessage({ open: path })
  return tab.focus()
}
