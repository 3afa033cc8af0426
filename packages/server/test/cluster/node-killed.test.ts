import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { freePort } from '../../../../scripts/services/ports.mjs'
import { hasRedis } from '../services.ts'

/*
 * The promises of a site with several nodes, put to the test on `npm run cluster`: one of three is killed without warning while two people
 * write to each other, each on a node of their own. The one whose node is gone goes on with another node, fetches what
 * was missed by `seq`, and in the end both hold every acknowledged message exactly once.
 */

const SENDS_EACH = 1000
const SENDERS_EACH = 8
const RETRY_MS = 100
const CLUSTER = join(import.meta.dir, '../../../../scripts/cluster.mjs')
const PASSWORD = 'secret-1'

setDefaultTimeout(300_000)

interface Node {
  readonly url: string
  readonly pid: number
}
interface Placed {
  mid: number
  seq: number
}

/** One person with one device: a websocket to a node, and everything that it has heard or fetched. */
class Person {
  /** Messages of the chat by their text, which no two have in common. */
  readonly held = new Map<string, Placed>()
  /** Texts that came with two different places. */
  readonly torn: string[] = []
  /** Frames that told of a message a second time. */
  again = 0
  readonly acknowledged = new Map<string, Placed>()
  /** The mids that were pushed, on whichever node. */
  readonly heard = new Set<number>()
  readonly lost = Promise.withResolvers<void>()
  /** Settled once there is another node in place of the lost one. */
  readonly moved = Promise.withResolvers<void>()
  node: Node
  friendUid = 0

  constructor(
    node: Node,
    readonly uid: number,
    readonly token: string,
  ) {
    this.node = node
  }

  async listen(appKey: string): Promise<void> {
    const socket = new WebSocket(`${this.node.url.replace('http', 'ws')}/app/${appKey}?token=${this.token}`)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data) as { event: string; data: string }
      if (frame.event === 'pusher:connection_established')
        socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel: `user-${this.uid}` } }))
      else if (frame.event === 'pusher_internal:subscription_succeeded') resolve()
      else if (frame.event === 'message') {
        const message = JSON.parse(frame.data)
        if (this.heard.has(message.mid)) this.again++
        this.heard.add(message.mid)
        this.hold(message)
      }
    }
    socket.onerror = reject
    socket.onclose = () => this.lost.resolve()
    await promise
  }

  hold({ content, mid, seq }: Placed & { content: string }): void {
    const known = this.held.get(content)
    if (known && (known.mid !== mid || known.seq !== seq)) this.torn.push(content)
    this.held.set(content, { mid, seq })
  }

  /** The newest `seq` up to which nothing is missing. */
  get complete(): number {
    const seqs = new Set([...this.held.values()].map(({ seq }) => seq))
    let complete = 0
    while (seqs.has(complete + 1)) complete++
    return complete
  }

  /** Fetches what came after what is held without a gap. @returns how many messages that were */
  async catchUp(): Promise<number> {
    let fetched = 0
    for (let seq = this.complete; ; ) {
      const query = new URLSearchParams({
        type: 'friend',
        id: String(this.friendUid),
        seq: String(seq),
        limit: '500',
      })
      const response = await fetch(`${this.node.url}/web/message/since?${query}`, { headers: this.headers })
      const { code, data } = (await response.json()) as any
      expect(code).toBe(0)
      for (const message of data.messages) {
        if (!this.held.has(message.content)) fetched++
        this.hold(message)
      }
      if (!data.more) return fetched
      seq = data.through_seq
    }
  }

  /** Sends until it is acknowledged; each try is the same message, by whichever node. */
  async send(content: string): Promise<void> {
    for (;;) {
      const { node } = this
      const body = new URLSearchParams({
        to: String(this.friendUid),
        type: 'friend',
        content,
        uniqueId: content,
      })
      const answer = await fetch(`${node.url}/web/message/send`, {
        method: 'POST',
        body,
        headers: this.headers,
      })
        .then((response) => response.json() as any)
        .catch(() => undefined)
      if (answer?.code === 0) {
        this.acknowledged.set(content, answer.data)
        return
      }
      expect(answer?.code ?? 503).toBe(503)
      // The node is gone: the client goes on when it has found another one. Or it was only busy.
      if (node === this.node) await Promise.race([this.moved.promise, Bun.sleep(RETRY_MS)])
    }
  }

  private get headers() {
    return { cookie: `parley_session=${this.token}` }
  }
}

async function call(node: Node, path: string, fields: Record<string, string | number>) {
  const body = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
  const headers = { 'x-api-key': serverKey }
  const response = await fetch(`${node.url}/api/${path}`, { method: 'POST', body, headers })
  const { code, msg, data } = (await response.json()) as any
  if (code !== 0) throw new Error(`${path}: ${code} ${msg}`)
  return data
}

async function signIn(node: Node, username: string): Promise<{ uid: number; token: string }> {
  const { uid } = await call(node, 'user/add', {
    username,
    nickname: username,
    password: PASSWORD,
    avatar: '',
  })
  const body = new URLSearchParams({ username, password: PASSWORD })
  const response = await fetch(`${node.url}/web/login/check`, { method: 'POST', body })
  const { data } = (await response.json()) as any
  return { uid, token: data.token }
}

let serverKey = ''

/** Starts `npm run cluster` and reads from what it prints where its nodes are. */
async function startCluster() {
  // Room for the balancer and the nodes after it; somebody may take a port meanwhile, then the start fails and says so.
  const port = await freePort()
  const child = Bun.spawn(['node', CLUSTER, '--port', String(port)], { stdout: 'pipe', stderr: 'pipe' })
  const { promise: ready, resolve } = Promise.withResolvers<string>()
  const reading = (async () => {
    let printed = ''
    // To the end: it prints once more when it stops.
    for await (const chunk of child.stdout) {
      printed += new TextDecoder().decode(chunk)
      if (printed.includes('Ctrl+C')) resolve(printed)
    }
    throw new Error(`the cluster ended: ${printed}${await new Response(child.stderr).text()}`)
  })()
  const printed = await Promise.race([ready, reading])
  reading.catch(() => undefined)
  serverKey = /Server key: (\S+)/.exec(printed)![1]!
  const nodes = [...printed.matchAll(/Node \d: (\S+) \(process (\d+)\)/g)]
  return { child, nodes: nodes.map(([, url, pid]) => ({ url: url!, pid: Number(pid) })) }
}

describe.skipIf(!hasRedis)('a node of three is killed', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>

  beforeAll(async () => {
    cluster = await startCluster()
    await call(cluster.nodes[0]!, 'admin/setsettings', { rate_send: '100000/1', rate_call: '100000/1' })
  })
  afterAll(async () => {
    cluster.child.kill('SIGINT')
    expect(await cluster.child.exited).toBe(0)
  })

  test('both hold every acknowledged message exactly once', async () => {
    const [first, second, third] = cluster.nodes as [Node, Node, Node]
    const ann = new Person(first, ...(Object.values(await signIn(first, 'ann')) as [number, string]))
    const ben = new Person(second, ...(Object.values(await signIn(second, 'ben')) as [number, string]))
    ann.friendUid = ben.uid
    ben.friendUid = ann.uid
    await call(third, 'friend/add', { login_uid: ann.uid, friend_uid: ben.uid })
    const { pusher_key } = await call(first, 'pop/getsetting', {})
    await Promise.all([ann.listen(pusher_key), ben.listen(pusher_key)])

    const killedAfter = SENDS_EACH
    let answered = 0
    const work = (person: Person, name: string) =>
      Array.from({ length: SENDERS_EACH }, async (_, sender) => {
        for (let serial = sender; serial < SENDS_EACH; serial += SENDERS_EACH) {
          await person.send(`${name} ${serial}`)
          if (++answered === killedAfter) process.kill(second.pid, 'SIGKILL')
        }
      })
    const moving = ben.lost.promise.then(async () => {
      const heardBefore = ben.held.size
      ben.node = third
      await ben.listen(pusher_key)
      ben.moved.resolve()
      return { heardBefore, fetched: await ben.catchUp() }
    })
    await Promise.all([...work(ann, 'ann'), ...work(ben, 'ben')])
    const { heardBefore, fetched } = await moving

    // What is still on its way to a socket is in the log as well.
    const late = [await ann.catchUp(), await ben.catchUp()]
    for (const person of [ann, ben]) {
      expect(person.torn).toEqual([])
      expect(person.again).toBe(0)
      expect(person.held.size).toBe(2 * SENDS_EACH)
      expect(person.complete).toBe(2 * SENDS_EACH)
      expect(new Set([...person.held.values()].map(({ mid }) => mid)).size).toBe(2 * SENDS_EACH)
    }
    for (const { acknowledged } of [ann, ben]) {
      expect(acknowledged.size).toBe(SENDS_EACH)
      for (const [content, { mid, seq }] of acknowledged) {
        expect(ann.held.get(content)).toEqual({ mid, seq })
        expect(ben.held.get(content)).toEqual({ mid, seq })
      }
    }
    const acknowledged = [...ann.acknowledged.keys(), ...ben.acknowledged.keys()]
    const lost = acknowledged.filter((content) => !ann.held.has(content) || !ben.held.has(content)).length
    const twice = ann.torn.length + ben.torn.length + ann.again + ben.again
    process.stdout.write(
      `${acknowledged.length} sends acknowledged, node killed after ${killedAfter}; ` +
        `heard before ${heardBefore}, fetched by seq ${fetched}, late ${late.join(' and ')}; lost ${lost}, twice ${twice}\n`,
    )
  })
})
