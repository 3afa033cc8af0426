/**
 * The address that clients open their websocket at. It always names a port, because old clients cut the host and
 * the port out of it at the colons.
 * @param origin `http(s)://host[:port]`, as callers see the site
 * @returns `ws(s)://host:port`
 */
export function websocketAddress(origin: string): string {
  const { protocol, hostname, port } = new URL(origin)
  const secure = protocol === 'https:'
  return `${secure ? 'wss' : 'ws'}://${hostname}:${port || (secure ? '443' : '80')}`
}
