import type { startParley } from '../scripts/services/parley.mjs'

/** A node in a process of its own. */
export type Node = Awaited<ReturnType<typeof startParley>>

/** The server key of the nodes that are measured. */
export const KEY = 'bench-server-key-0123456789'

/** Calls an operation on a node with the server key. @throws Error when it answers with an error */
export async function call(
  { url }: Pick<Node, 'url'>,
  path: string,
  parameters: Record<string, string | number> = {},
): Promise<any> {
  const body = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
  const headers = { 'x-api-key': KEY }
  const response = await fetch(`${url}/api/${path}`, { method: 'POST', body, headers })
  const { code, msg, data } = (await response.json()) as any
  if (code !== 0) throw new Error(`${path}: ${code} ${msg}`)
  return data
}
