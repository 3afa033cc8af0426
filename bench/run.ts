import { formPost, type LoadResult, load } from './load.ts'
import { firstLine, residentMegabytes, startBenchedSite, temporaryFolder } from './site.ts'

/*
 * `npm run bench`: what the server does per second, as a ratio to a floor measured in the same run on the same
 * machine: the bare runtime doing the same bytes with no chat logic. Ratios travel; absolute figures do not.
 */

const CONNECTIONS = 64
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const SUBSCRIBERS = 1000
const PUSHED_MESSAGES = 2000

const figures: Array<{ what: string; value: string }> = []
const note = (what: string, value: string) => {
  figures.push({ what, value })
  console.log(`${what.padEnd(58)} ${value}`)
}
const describe = (result: LoadResult) =>
  `${result.requestsPerSecond.toLocaleString('en')} req/s, p50 ${result.p50.toFixed(2)} ms, p99 ${result.p99.toFixed(2)} ms`

async function httpFloor(): Promise<LoadResult> {
  const child = Bun.spawn([process.execPath, new URL('./floor-http.ts', import.meta.url).pathname], {
    stdout: 'pipe',
  })
  const port = Number(await firstLine(child))
  const request = formPost('/', {}, sendBody(1, 2))
  const result = await load({ port, connections: CONNECTIONS, seconds: SECONDS, request: () => request })
  child.kill()
  return result
}

const sendBody = (from: number, to: number, type = 'friend') =>
  new URLSearchParams({
    login_uid: String(from),
    to: String(to),
    type,
    content: '明天上午十点在三楼会议室开会，请带上材料。',
  }).toString()

/** Opens sockets and counts the frames of an event that arrive in all of them together. */
async function subscribers(url: string, count: number, greeting: string | undefined, event: string) {
  let heard = 0
  let waiting: { target: number; resolve(): void } | undefined
  const sockets = await Promise.all(
    Array.from({ length: count }, () => {
      const { promise, resolve, reject } = Promise.withResolvers<WebSocket>()
      const socket = new WebSocket(url)
      socket.onerror = reject
      socket.onopen = () => {
        if (greeting) socket.send(greeting)
        else resolve(socket)
      }
      socket.onmessage = ({ data }) => {
        if (data.startsWith(`{"event":"${event}"`)) {
          if (++heard === waiting?.target) waiting.resolve()
        } else if (data.includes('subscription_succeeded')) resolve(socket)
      }
      return promise
    }),
  )
  return {
    until: (target: number) =>
      heard >= target ? Promise.resolve() : new Promise<void>((resolve) => (waiting = { target, resolve })),
    close() {
      for (const socket of sockets) socket.close()
    },
  }
}

async function pushFloor(): Promise<number> {
  const child = Bun.spawn([process.execPath, new URL('./floor-socket.ts', import.meta.url).pathname], {
    stdout: 'pipe',
  })
  const port = Number(await firstLine(child))
  const audience = await subscribers(`ws://127.0.0.1:${port}/`, SUBSCRIBERS, undefined, 'message')
  const started = performance.now()
  for (let sent = 0; sent < PUSHED_MESSAGES; sent += CONNECTIONS)
    await fetch(`http://127.0.0.1:${port}/?count=${CONNECTIONS}`)
  await audience.until(SUBSCRIBERS * PUSHED_MESSAGES)
  const seconds = (performance.now() - started) / 1000
  audience.close()
  child.kill()
  return (SUBSCRIBERS * PUSHED_MESSAGES) / seconds
}

const folder = await temporaryFolder()
try {
  const first = await startBenchedSite(folder.path)
  note('first start (creates everything) to first answer', `${first.startMs.toFixed(0)} ms`)
  await first.stop()
  const site = await startBenchedSite(folder.path)
  note('restart to first answer', `${site.startMs.toFixed(0)} ms`)
  note('memory when idle (RSS)', `${(await residentMegabytes(site.pid)).toFixed(0)} MB`)

  const people = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      site.call('user/add', {
        username: `bench${i}`,
        nickname: `压测${i}`,
        password: 'bench-password',
        avatar: '',
      }),
    ),
  )
  const uids: number[] = people.map((person) => person.uid)

  const floor = await httpFloor()
  note('floor: bare runtime, same bytes, 64 connections', describe(floor))
  const requests = uids.map((uid, i) =>
    formPost('/api/message/send', { 'x-api-key': site.key }, sendBody(uid, uids[(i + 1) % uids.length]!)),
  )
  const sends = await load({
    port: site.port,
    connections: CONNECTIONS,
    seconds: SECONDS,
    request: (i) => requests[i % requests.length]!,
  })
  if (sends.failures > 0) throw new Error(`${sends.failures} sends failed`)
  note('message/send through /api, 64 connections, each on disk', describe(sends))
  note('  ratio to the floor', (sends.requestsPerSecond / floor.requestsPerSecond).toFixed(2))
  note('memory after it (RSS)', `${(await residentMegabytes(site.pid)).toFixed(0)} MB`)

  const { gid } = await site.call('group/create', { login_uid: uids[0]!, members: uids.slice(1).join(',') })
  const settings = await site.call('pop/getsetting')
  const pushed = await pushFloor()
  note(`floor: bare publish to ${SUBSCRIBERS} sockets`, `${Math.round(pushed).toLocaleString('en')} frames/s`)
  const auth = JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'bench' } })
  const audience = await subscribers(
    `ws://127.0.0.1:${site.port}/app/${settings.appkey}`,
    SUBSCRIBERS,
    auth,
    'message',
  )
  const body = new URLSearchParams({
    channel: 'bench',
    event: 'message',
    data: JSON.stringify({ text: 'x'.repeat(400) }),
  }).toString()
  const emit = formPost('/api/push/emit', { 'x-api-key': site.key }, body)
  const started = performance.now()
  const emitted = await load({
    port: site.port,
    connections: CONNECTIONS,
    seconds: SECONDS,
    request: () => emit,
  })
  const seconds = (performance.now() - started) / 1000
  await audience.until(SUBSCRIBERS * emitted.requests)
  note(
    `push/emit to ${SUBSCRIBERS} sockets`,
    `${Math.round((SUBSCRIBERS * emitted.requests) / seconds).toLocaleString('en')} frames/s`,
  )
  audience.close()
  void gid
  await site.stop()
} finally {
  await folder.remove()
}
