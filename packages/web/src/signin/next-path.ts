/** Pages that are for visitors only: nobody is led back to them. */
const VISITOR_PAGES = /^\/(?:signin|register|forgot)(?:[/?#]|$)/i
const HOME = '/'

/**
 * Where to go after signing in: the page that was asked for, if it is one of this site's own; the first page for
 * everything else, so that a link to the sign-in page leads nobody to a stranger's.
 * @param wanted `?next=` as it stands in the address
 */
export function nextPath(wanted: unknown): string {
  const path = Array.isArray(wanted) ? wanted[0] : wanted
  // Browsers take `/\host` and `/<tab>/host` for `//host`.
  if (typeof path !== 'string' || !/^\/(?![/\\])/.test(path) || /[\p{Cc}\\]/u.test(path)) return HOME
  if (VISITOR_PAGES.test(path)) return HOME
  const base = 'https://parley.invalid'
  const url = new URL(path, base)
  if (url.origin !== base || url.pathname.startsWith('//') || VISITOR_PAGES.test(url.pathname)) return HOME
  return path
}
