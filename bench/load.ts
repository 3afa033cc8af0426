/*
 * A small HTTP/1.1 load generator on raw sockets: it costs far less per request than fetch, so that on a machine with
 * few cores the server under test gets them. Closed loop: each connection sends its next request when the answer to
 * the last one is complete.
 */

export interface LoadResult {
  /** All answers, the warm-up's included; the other figures leave it out. */
  total: number
  requests: number
  /** Answers whose status was not 200, or whose body did not hold `"code":0`. */
  failures: number
  requestsPerSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
}

interface LoadOptions {
  port: number
  connections: number
  seconds: number
  /** From one request of a connection to its next one at least, ms; at once when the answer is there unless given. */
  pauseMs?: number
  /** The next request's bytes, complete with headers. */
  request: (connection: number) => Uint8Array | string
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** The bytes of a form post. */
export function formPost(path: string, headers: Record<string, string>, body: string): Buffer {
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** Runs one load and measures it. The first tenth of the time warms up and is not counted. */
export async function load({
  port,
  connections,
  seconds,
  pauseMs = 0,
  request,
}: LoadOptions): Promise<LoadResult> {
  const started = performance.now()
  const countFrom = started + seconds * 100
  const end = started + seconds * 1000
  const latencies: number[] = []
  let failures = 0
  let total = 0
  await Promise.all(
    Array.from({ length: connections }, (_, index) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      let received = Buffer.alloc(0)
      let sentAt = 0
      const next = (socket: { write(data: Uint8Array | string): number; end(): void }) => {
        sentAt = performance.now()
        if (sentAt >= end) {
          socket.end()
          return resolve()
        }
        socket.write(request(index))
      }
      void Bun.connect({
        hostname: '127.0.0.1',
        port,
        socket: {
          open: next,
          data(socket, chunk) {
            received = received.length === 0 ? Buffer.from(chunk) : Buffer.concat([received, chunk])
            const head = received.indexOf(HEAD_END)
            if (head === -1) return
            const text = received.toString('latin1', 0, head)
            const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
            if (received.length < head + 4 + length) return
            const now = performance.now()
            total++
            if (now >= countFrom) latencies.push(now - sentAt)
            if (!text.startsWith('HTTP/1.1 200') || !received.includes('"code":0')) failures++
            received = Buffer.alloc(0)
            if (pauseMs === 0) next(socket)
            else setTimeout(next, Math.max(0, sentAt + pauseMs - now), socket)
          },
          error: (_, error) => reject(error),
          close: () => resolve(),
        },
      }).catch(reject)
      return promise
    }),
  )
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return {
    total,
    requests: latencies.length,
    failures,
    requestsPerSecond: Math.round(latencies.length / (seconds * 0.9)),
    p50: at(0.5),
    p99: at(0.99),
  }
}
