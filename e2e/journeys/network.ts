import type { WebSocketRoute } from 'playwright-core'
import type { Person } from '../stage.ts'

/* The network between a page and its server, with what can go wrong on it. */

export interface Network {
  /** The network is gone: nothing opens, and what was open ends. */
  down(): Promise<void>
  up(): Promise<void>
  /** The server has trouble with every call of an operation over the websocket, until this is called without one. */
  refuse(path?: string): void
  /** How often it had. */
  readonly refused: number
}

/** Puts such a network before a person's page; to be called before the page is opened. */
export async function wire({ page, context }: Person): Promise<Network> {
  const open = new Set<WebSocketRoute>()
  let refusedPath: string | undefined
  let refused = 0
  await page.routeWebSocket(/\/app\//, (socket) => {
    const server = socket.connectToServer()
    open.add(socket)
    socket.onClose(() => {
      open.delete(socket)
      void server.close()
    })
    socket.onMessage((text) => {
      const { event, data } = JSON.parse(String(text))
      if (event !== 'parley:call' || data.path !== refusedPath) {
        server.send(text)
        return
      }
      refused++
      const answer = { id: data.id, code: 500, msg: '服务器开小差了', data: [] }
      socket.send(JSON.stringify({ event: 'parley:result', data: answer }))
    })
  })
  return {
    async down() {
      await context.setOffline(true)
      // What is open outlives the browser's pretence of being offline.
      await Promise.all(
        [...open].map((socket) => socket.close({ code: 3000, reason: 'The network is gone' })),
      )
      open.clear()
    },
    up: () => context.setOffline(false),
    refuse(path) {
      refusedPath = path
    },
    get refused() {
      return refused
    },
  }
}

/** Waits until the pages are kept on the device, and what was said in a chat that was opened. */
export async function kept({ page }: Person): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    const read = () =>
      new Promise<IDBValidKey[]>((resolve, reject) => {
        const opening = indexedDB.open('parley')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const asking = opening.result.transaction('snapshots').objectStore('snapshots').getAllKeys()
          asking.onsuccess = () => {
            opening.result.close()
            resolve(asking.result)
          }
        }
      })
    const isThere = (keys: IDBValidKey[]) =>
      ['home:', 'list:', 'chat:'].every((start) => keys.some((key) => String(key).startsWith(start)))
    while (!isThere(await read())) await new Promise(requestAnimationFrame)
  })
}
