import type { Locator, WebSocketRoute } from 'playwright-core'
import { until } from '../conversation.ts'
import type { Person } from '../stage.ts'

/* The network between a page and its server, with what can go wrong on it. */

export interface Network {
  /** The network is gone: nothing opens, and what was open ends. */
  down(): Promise<void>
  up(): Promise<void>
  /** The server has trouble with every call of an operation, until this is called without one. */
  refuse(path?: string): void
  /** How often it had. */
  readonly refused: number
  /** Every call of an operation is on its way until what this gives is called. */
  hold(path: string): () => void
  /** The messages that the server pushes are on their way until what this gives is called; then they come all at once. */
  gather(): () => void
}

/** The thin bar that says that there is no connection, or none that is live. */
export const bar = ({ page }: Person): Locator =>
  page.getByRole('status').getByText(/网络不可用|连接已断开|正在连接|实时连接暂不可用/)

/** As the server tells it, in the language that it is asked in. */
const refusal = (language: string | null | undefined) => ({
  ...{ code: 500, data: [] },
  msg: language?.startsWith('en') ? 'The server had a hiccup' : '服务器开小差了',
})

/** Puts such a network before a person's page; to be called before the page is opened. */
export async function wire({ page, context }: Person): Promise<Network> {
  const open = new Set<WebSocketRoute>()
  let refusedPath: string | undefined
  let refused = 0
  const held = new Map<string, Promise<void>>()
  let gathered: (() => void)[] | undefined
  const isRefused = (path: string) => {
    if (path === refusedPath) refused++
    return path === refusedPath
  }
  // Before the websocket is open, calls are made by HTTP.
  await page.route(/\/web\/\w+\/\w+$/, async (route) => {
    const path = new URL(route.request().url()).pathname.replace('/web/', '')
    await held.get(path)
    if (!isRefused(path)) await route.continue()
    else await route.fulfill({ json: refusal(route.request().headers()['accept-language']) })
  })
  await page.routeWebSocket(/\/app\//, (socket) => {
    const server = socket.connectToServer()
    const language = new URL(socket.url()).searchParams.get('lang')
    server.onMessage((text) => {
      if (gathered && JSON.parse(String(text)).event === 'message') gathered.push(() => socket.send(text))
      else socket.send(text)
    })
    open.add(socket)
    socket.onClose(() => {
      open.delete(socket)
      void server.close()
    })
    socket.onMessage(async (text) => {
      const { event, data } = JSON.parse(String(text))
      if (event !== 'parley:call') {
        server.send(text)
        return
      }
      if (held.has(data.path)) await held.get(data.path)
      if (!isRefused(data.path)) server.send(text)
      else
        socket.send(JSON.stringify({ event: 'parley:result', data: { id: data.id, ...refusal(language) } }))
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
    hold(path) {
      const { promise, resolve } = Promise.withResolvers<void>()
      held.set(path, promise)
      return () => {
        held.delete(path)
        resolve()
      }
    },
    gather() {
      const waiting: (() => void)[] = []
      gathered = waiting
      return () => {
        gathered = undefined
        for (const deliver of waiting) deliver()
      }
    },
  }
}

/** Runs in the page: what is kept of the chats, by its name. */
const read = () =>
  new Promise<[name: string, value: string][]>((resolve, reject) => {
    const opening = indexedDB.open('parley')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const store = opening.result.transaction('snapshots').objectStore('snapshots')
      const [names, values] = [store.getAllKeys(), store.getAll()]
      store.transaction.oncomplete = () => {
        opening.result.close()
        resolve(names.result.map((name, index) => [String(name), JSON.stringify(values.result[index])]))
      }
    }
  })

/** The names of what is kept of the chats on the device. */
export const snapshots = async ({ page }: Person): Promise<string[]> =>
  (await page.evaluate(read)).map(([name]) => name)

/** Waits until a text is kept under a name that begins so. */
export const keptText = (person: Person, start: string, text: string): Promise<void> =>
  until(person, `${text} to be kept`, async () =>
    (await person.page.evaluate(read)).some(
      ([name, value]) => name.startsWith(start) && value.includes(text),
    ),
  )

/** Waits until the pages are kept on the device, and what was said in a chat that was opened. */
export async function kept(person: Person): Promise<void> {
  await person.page.evaluate(() => navigator.serviceWorker.ready)
  await until(person, 'the last chats to be kept', async () => {
    const names = await snapshots(person)
    return ['home:', 'list:', 'chat:'].every((start) => names.some((name) => name.startsWith(start)))
  })
}
