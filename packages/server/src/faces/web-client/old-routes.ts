/*
 * Addresses of the original's client (protocol, section 4) and of `pop/get` (document: `url` of a group), which are in
 * bookmarks, in other programs and in the data of sites that have moved.
 */

const ID = '(\\d{1,15})'

/** The first that fits counts. `$1` is the number in the address. */
const ROUTES: readonly [old: RegExp, route: string][] = (
  [
    ['user/login', '/signin'],
    ['user/join', '/register'],
    ['friend/search', '/contacts/add'],
    [`(?:pop/)?friend/chat/${ID}`, '/chat/friend/$1'],
    [`(?:pop/)?group/chat/${ID}`, '/chat/group/$1'],
    [`user/detail/${ID}(?:/gid/\\d+)?`, '/person/$1'],
    [`friend/(?:remark|send_apply)/${ID}`, '/person/$1'],
    [`group/(?:detail|members|memberadd|memberdel|remark|rename)/${ID}`, '/chat/group/$1/details'],
    [`group/forbidden/${ID}(?:/\\d+)?`, '/chat/group/$1/details'],
    ['apply(?:/.*)?', '/contacts/requests'],
    ['setting(?:/.*)?', '/me'],
    ['mine', '/me'],
    ['mine/.*', '/me/profile'],
  ] as const
).map(([old, route]) => [new RegExp(`^/*${old}/*$`, 'i'), route])

/**
 * Where an address of the original's client is now; the client's first page for what is none.
 * @param path without the base, `friend/chat/9`
 */
export function routeOf(path: string): string {
  for (const [old, route] of ROUTES) {
    const found = old.exec(path)
    if (found) return route.replace('$1', found[1] ?? '')
  }
  return '/'
}
