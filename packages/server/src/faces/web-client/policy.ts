/** What is beyond this server and still belongs to its pages. */
export interface Beyond {
  /** Where browsers are sent for uploads (`S3_DELIVERY=redirect`). */
  readonly store: string | undefined
  /** Where old data has its pictures, sound and films (`MEDIA_ORIGINS`). */
  readonly media: readonly string[]
}

/** A host as it may stand in a policy: nothing that could begin another rule, and no IPv6 address (unknown there). */
const HOST = /^[a-z0-9._-]+(:\d+)?$/i

/**
 * What the client's page may load and do: what this site serves, and nothing else.
 *
 * - No script but files of this site; styles also in attributes, where the parts that float have their places.
 * - Pictures, sound and films of other hosts only where the site's operator names them: else anybody could learn who reads a
 *   message and when, by a picture in it or as their avatar.
 * - Frames may show any site. The one frame is that of the setting `explore_url`; it is sandboxed by the page, may lead on
 *   to wherever its owner's links lead, and the setting changes without a reload.
 *
 * @param hosts `host[:port]` by which the site's websocket may be reached; `'self'` alone does not cover it everywhere
 */
export function clientPolicy(hosts: readonly string[], { store, media }: Beyond): string {
  const sockets = [...new Set(hosts)].filter((host) => HOST.test(host))
  const stores = store === undefined ? [] : [store]
  const rules: Record<string, readonly string[]> = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:', ...stores, ...media],
    'media-src': ["'self'", 'blob:', ...stores, ...media],
    'connect-src': [
      "'self'",
      'blob:',
      ...sockets.flatMap((host) => [`ws://${host}`, `wss://${host}`]),
      ...stores,
    ],
    'font-src': ["'self'"],
    'manifest-src': ["'self'"],
    'worker-src': ["'self'"],
    'frame-src': ["'self'", 'https:', 'http:'],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'self'"],
  }
  return Object.entries(rules)
    .map(([name, sources]) => [name, ...sources].join(' '))
    .join('; ')
}

/** The camera scans QR codes and takes pictures, the microphone records voice messages; frames get neither. */
export const PERMISSIONS = 'camera=(self), microphone=(self), geolocation=(), payment=(), usb=()'
