/** What a QR code leads to. `rest` is what follows the kind in the site's own link: `7269454`, `7?t=…`. */
export type QrTarget =
  | { kind: 'user'; rest: string }
  | { kind: 'group'; rest: string }
  | { kind: 'url'; url: string }
  | { kind: 'text' }

/** The kinds of links on the site's own QR codes: `/q/u/<number>` and `/q/g/<gid>?t=<invitation>`. */
const OWN_LINK = /^\/q\/([ug])\/(\d{1,16}\/?)$/

/** The link on somebody's card. @param origin `https://host` of this site */
export const cardLink = (origin: string, nid: number): string => `${origin}/q/u/${nid}`

/**
 * Says what a scanned text is. Only web addresses are links; the caller shows anything else as text.
 * @param origin `https://host` of this site; the link of another scheme or host is just an address
 */
export function parseQrLink(text: string, origin: string): QrTarget {
  const url = webAddress(text.trim())
  if (!url) return { kind: 'text' }
  const [, letter, number] = (url.origin === origin && OWN_LINK.exec(url.pathname)) || []
  if (!number) return { kind: 'url', url: url.href }
  return { kind: letter === 'u' ? 'user' : 'group', rest: number.replace('/', '') + url.search }
}

function webAddress(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s]+$/i.test(text)) return undefined
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
