import { formPost, type LoadResult, load } from './load.ts'
import { type BenchedSite, firstLine, residentMegabytes, startBenchedSite, temporaryFolder } from './site.ts'

/*
 * `npm run bench`: what the server does per second, as a ratio to a floor measured in the same run on the same
 * machine: the bare runtime doing the same bytes with no chat logic. Ratios travel; absolute figures do not.
 */

const CONNECTIONS = 64
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const SUBSCRIBERS = 1000
const PUSHED_MESSAGES = 2000
const PEOPLE = 100
/** With 20 sockets each they make up the audience. */
const GROUP_MEMBERS = 50
const PASSWORD = 'bench-password'

const note = (what: string, value: string) => console.log(`${what.padEnd(58)} ${value}`)
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
async function subscribers(
  urls: readonly string[],
  count: number,
  greeting: string | undefined,
  event: string,
) {
  let heard = 0
  let waiting: { target: number; resolve(): void } | undefined
  const sockets = await Promise.all(
    Array.from({ length: count }, (_, i) => {
      const { promise, resolve, reject } = Promise.withResolvers<WebSocket>()
      const socket = new WebSocket(urls[i % urls.length]!)
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
  const audience = await subscribers([`ws://127.0.0.1:${port}/`], SUBSCRIBERS, undefined, 'message')
  const started = performance.now()
  for (let sent = 0; sent < PUSHED_MESSAGES; sent += CONNECTIONS)
    await fetch(`http://127.0.0.1:${port}/?count=${CONNECTIONS}`)
  await audience.until(SUBSCRIBERS * PUSHED_MESSAGES)
  const seconds = (performance.now() - started) / 1000
  audience.close()
  child.kill()
  return (SUBSCRIBERS * PUSHED_MESSAGES) / seconds
}

/** The people of the bench, and a group of some of them who are signed in. */
async function settle(site: BenchedSite): Promise<{ uids: number[]; gid: number; tokens: string[] }> {
  await site.call('admin/setsettings', { rate_login: '100000/1' })
  const names = Array.from({ length: PEOPLE }, (_, i) => `bench${i}`)
  const add = (username: string, i: number) =>
    site.call('user/add', { username, nickname: `压测${i}`, password: PASSWORD, avatar: '' })
  const uids: number[] = (await Promise.all(names.map(add))).map((person) => person.uid)
  const members = uids.slice(0, GROUP_MEMBERS)
  const { gid } = await site.call('group/create', {
    login_uid: uids[0]!,
    members: members.slice(1).join(','),
  })
  const tokens = await Promise.all(
    names.slice(0, GROUP_MEMBERS).map((username) => site.signIn(username, PASSWORD)),
  )
  return { uids, gid, tokens }
}

async function benchSends(site: BenchedSite, uids: readonly number[]): Promise<void> {
  const floor = await httpFloor()
  note('floor: bare runtime, same bytes, 64 connections', describe(floor))
  const requests = uids.map((uid, i) =>
    formPost('/api/message/send', { 'x-api-key': site.key }, sendBody(uid, uids[(i + 1) % uids.length]!)),
  )
  const request = (i: number) => requests[i % requests.length]!
  const sends = await load({ port: site.port, connections: CONNECTIONS, seconds: SECONDS, request })
  if (sends.failures > 0) throw new Error(`${sends.failures} sends failed`)
  note('message/send through /api, 64 connections, each on disk', describe(sends))
  note('  ratio to the floor', (sends.requestsPerSecond / floor.requestsPerSecond).toFixed(2))
  note('memory after it (RSS)', `${(await residentMegabytes(site.pid)).toFixed(0)} MB`)
}

async function benchPush(
  site: BenchedSite,
  { uids, gid, tokens }: Awaited<ReturnType<typeof settle>>,
): Promise<void> {
  const floor = await pushFloor()
  note(`floor: bare publish to ${SUBSCRIBERS} sockets`, `${Math.round(floor).toLocaleString('en')} frames/s`)
  const { pusher_key } = await site.call('pop/getsetting')
  const urls = tokens.map((token) => `ws://127.0.0.1:${site.port}/app/${pusher_key}?token=${token}`)
  const greeting = JSON.stringify({ event: 'pusher:subscribe', data: { channel: `group-${gid}` } })
  const audience = await subscribers(urls, SUBSCRIBERS, greeting, 'message')
  note(`memory with ${SUBSCRIBERS} sockets (RSS)`, `${(await residentMegabytes(site.pid)).toFixed(0)} MB`)
  const request = formPost('/api/message/send', { 'x-api-key': site.key }, sendBody(uids[0]!, gid, 'group'))
  const started = performance.now()
  const sends = await load({
    port: site.port,
    connections: CONNECTIONS,
    seconds: SECONDS,
    request: () => request,
  })
  if (sends.failures > 0) throw new Error(`${sends.failures} sends failed`)
  await audience.until(SUBSCRIBERS * sends.total)
  const perSecond = (SUBSCRIBERS * sends.total) / ((performance.now() - started) / 1000)
  note(
    `message/send to a group heard by ${SUBSCRIBERS} sockets`,
    `${Math.round(perSecond).toLocaleString('en')} frames/s`,
  )
  note('  ratio to the floor', (perSecond / floor).toFixed(2))
  audience.close()
}

const folder = await temporaryFolder()
try {
  const first = await startBenchedSite(folder.path)
  note('first start (creates everything) to first answer', `${first.startMs.toFixed(0)} ms`)
  await first.stop()
  const site = await startBenchedSite(folder.path)
  note('restart to first answer', `${site.startMs.toFixed(0)} ms`)
  note('memory when idle (RSS)', `${(await residentMegabytes(site.pid)).toFixed(0)} MB`)
  const people = await settle(site)
  await benchSends(site, people.uids)
  await benchPush(site, people)
  await site.stop()
} finally {
  await folder.remove()
}
