import { isIP } from 'node:net'
import type { Networks } from '../networks.ts'

/** Where a request came from, as far as the proxies in front are believed. */
export interface Origin {
  /** The caller's network address. */
  address: string
  /** `https://host[:port]` as the caller sees it. */
  origin: string
}

/**
 * Finds the caller's address and the site's origin. `X-Forwarded-*` counts only when the peer is a trusted proxy, and
 * then from the right: the first address that is not a trusted proxy's is the caller.
 * @param url the request's, parsed
 */
export function originOf(
  request: Request,
  url: URL,
  peer: string,
  { trusted, publicUrl }: { trusted: Networks; publicUrl: string | undefined },
): Origin {
  const address = plainAddress(peer)
  const host = request.headers.get('host') ?? url.host
  if (!trusted.includes(address)) return { address, origin: publicUrl ?? `${url.protocol}//${host}` }
  const forwarded =
    request.headers
      .get('x-forwarded-for')
      ?.split(',')
      .map((part) => plainAddress(part.trim())) ?? []
  const caller = forwarded.toReversed().find((candidate) => !trusted.includes(candidate))
  const scheme = request.headers.get('x-forwarded-proto') === 'https' ? 'https:' : url.protocol
  const forwardedHost = request.headers.get('x-forwarded-host')
  const seen = `${scheme}//${forwardedHost ?? host}`
  return {
    address: caller && isIP(caller) ? caller : address,
    origin: publicUrl ?? (URL.canParse(seen) ? seen : `${scheme}//${host}`),
  }
}

/** IPv4 addresses that arrive on an IPv6 socket are IPv4 addresses. */
const plainAddress = (address: string) => (address.startsWith('::ffff:') ? address.slice(7) : address)

/**
 * True when a request was made by a page of another site: its `Origin` names another host, or the browser says so in
 * `Sec-Fetch-Site`. Programs send neither, or their own host, and pass.
 */
export function isCrossSite(request: Request, siteOrigin: string): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null) {
    const host = URL.canParse(origin) ? new URL(origin).host : undefined
    return host !== new URL(siteOrigin).host && host !== request.headers.get('host')
  }
  const site = request.headers.get('sec-fetch-site')
  return site !== null && site !== 'same-origin' && site !== 'none'
}
