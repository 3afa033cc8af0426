import { type ClientStorage, defaultStorage } from './outbox/storage.ts'
import { TIMINGS, type Timings } from './timings.ts'
import type { Fetch } from './transport/http.ts'
import type { WebSocketConstructor } from './transport/socket.ts'

/** What `createClient` takes. In a page of the site itself nothing is needed. */
export interface ClientOptions {
  /** The site: `https://chat.example.com`. Default: where the page came from. */
  readonly url?: string
  /** The session's token (`login/check` answers with it). In a page of the site the cookie does as well. */
  readonly token?: string
  /** The user, where known: the outbox is there before the first connect, which is quicker by one question. */
  readonly uid?: number
  /** The language of error texts, as in `Accept-Language`, or what tells it at each call. Default: the browser's. */
  readonly language?: string | (() => string | undefined)
  /** Default: the platform's. */
  readonly fetch?: Fetch
  /** Default: the platform's. Node has one from version 22 on; before, pass that of the package `ws`. */
  readonly WebSocket?: WebSocketConstructor
  /** Where unsent messages are kept. Default: `localStorage`, and memory where there is none. */
  readonly storage?: ClientStorage
  /** How many missed messages of a chat are fetched before a `gap` is told instead. Default: 1000. */
  readonly fillMax?: number
  readonly timings?: Partial<Timings>
}

/** The options with nothing left open. */
export interface Settled {
  readonly url: string
  readonly language: () => string | undefined
  readonly fetch: Fetch
  readonly WebSocket: WebSocketConstructor | undefined
  readonly storage: ClientStorage
  readonly fillMax: number
  readonly timings: Timings
}

const FILL_MAX = 1000

/** @throws TypeError when there is no `url`, and no page whose address would do */
export function settle({ url, language, ...options }: ClientOptions): Settled {
  const address = url ?? globalThis.location?.origin
  if (address === undefined) throw new TypeError('createClient needs a url here')
  return {
    url: address.replace(/\/+$/, ''),
    language: typeof language === 'function' ? language : () => language,
    // Not by itself: browsers insist on their own `this`.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    storage: options.storage ?? defaultStorage(),
    fillMax: options.fillMax ?? FILL_MAX,
    timings: { ...TIMINGS, ...options.timings },
  }
}
