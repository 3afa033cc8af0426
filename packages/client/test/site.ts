import { startSite, type TestSite, type TestUser } from '../../server/test/harness.ts'
import type { ClientEvents } from '../src/events.ts'
import {
  type ClientOptions,
  createClient,
  type ParleyClient,
  type WebSocketConstructor,
} from '../src/index.ts'

export { startSite, type TestSite, type TestUser }

/** The most that a test waits for something that should come at once. */
const WAIT_MS_MAX = 30_000

/** Quick to come back, so that tests are. */
export const QUICK = {
  retryMsMin: 10,
  retryMsMax: 100,
  pauseMs: 10,
  gapPatienceMs: 20,
  resendMsMin: 5,
  resendMsMax: 20,
}

/** A client of a user, whose events are kept so that a test can ask before or after them. */
export class Watched {
  readonly seen: { name: keyof ClientEvents; payload: unknown }[] = []
  readonly #waiting = new Set<() => void>()

  constructor(readonly client: ParleyClient) {
    const names = [
      ...([
        'message',
        'revoke',
        'message_delete',
        'friendApply',
        'addFriend',
        'removeFriend',
        'state',
      ] as const),
      ...(['addGroup', 'removeGroup', 'updateGroup', 'settingChange'] as const),
      ...(['connection', 'home', 'gap', 'outbox', 'custom'] as const),
    ]
    for (const name of names) {
      client.on(name, (payload) => {
        this.seen.push({ name, payload })
        for (const wake of [...this.#waiting]) wake()
      })
    }
  }

  /** Everything heard under a name. */
  all<Name extends keyof ClientEvents>(name: Name): ClientEvents[Name][] {
    return this.seen
      .filter((event) => event.name === name)
      .map(({ payload }) => payload as ClientEvents[Name])
  }

  /** Resolves when `look` finds something in what was heard. */
  until<Found>(what: string, look: () => Found | undefined | false): Promise<Found> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        const found = look()
        if (found === undefined || found === false) return
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(wake)
        reject(new Error(`${what} did not come; heard ${this.seen.map(({ name }) => name).join(' ')}`))
      }, WAIT_MS_MAX)
      this.#waiting.add(wake)
      wake()
    })
  }

  /** The first event of a name that fits. */
  next<Name extends keyof ClientEvents>(
    name: Name,
    fits: (payload: ClientEvents[Name]) => boolean = () => true,
  ): Promise<ClientEvents[Name]> {
    return this.until(name, () => this.all(name).find(fits))
  }

  /** The contents of the messages handed out so far. */
  contents(): string[] {
    return this.all('message').map(({ content }) => content)
  }
}

const clients: ParleyClient[] = []

/** A client of the user; closed by {@link closeClients}. */
export function clientOf(site: { url: string }, user: TestUser, options: ClientOptions = {}): Watched {
  const client = createClient({ url: site.url, token: user.token, timings: QUICK, ...options })
  clients.push(client)
  return new Watched(client)
}

export async function connected(
  site: { url: string },
  user: TestUser,
  options: ClientOptions = {},
): Promise<Watched> {
  const watched = clientOf(site, user, options)
  await watched.client.connect()
  return watched
}

export function closeClients(): void {
  for (const client of clients.splice(0)) client.close()
}

/** Stops the site's server. */
export const stop = ({ server }: TestSite): Promise<void> => server.close()

/** Starts a stopped site's server again, on the same port and with the same data. */
export const startAgain = ({ server, dataDir }: TestSite): Promise<TestSite> =>
  startSite({ dataDir, env: { PORT: String(server.port) } })

/** A WebSocket that loses the pushed messages which `isLost` picks. */
export function lossy(isLost: (content: string) => boolean): WebSocketConstructor {
  const isKept = (text: string) => {
    const { event, data } = JSON.parse(text)
    return event !== 'message' || !isLost(JSON.parse(data).content)
  }
  return class extends WebSocket {
    override addEventListener(type: string, handler: unknown): void {
      super.addEventListener(type, (event: Event) => {
        if (!(event instanceof MessageEvent) || isKept(event.data)) (handler as (event: Event) => void)(event)
      })
    }
  } as unknown as WebSocketConstructor
}
