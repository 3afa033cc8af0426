import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { hasRedis, startRedis, uniqueName } from '../../test/services.ts'
import { systemClock } from '../clock.ts'
import { setLogLevel } from '../log.ts'
import { RedisClaims } from './redis-claims.ts'
import { RedisConnections } from './redis-connections.ts'
import { until } from './testing.ts'

setDefaultTimeout(300_000)
setLogLevel('silent')

const TIMINGS = { leaseMs: 600, renewMs: 150 }
/** Where nodes have to be back within the same renewal: connections come back within a second. */
const PATIENT = { leaseMs: 6000, renewMs: 1500 }

/** A node as far as claims go. */
class Node {
  readonly orphans: string[] = []
  readonly ages: number[] = []
  readonly regained: string[] = []
  readonly gone: string[] = []
  rebuilt = 0
  readonly claims: RedisClaims
  readonly #connections: RedisConnections

  /** @param settle what follows from inheriting a subject; the claim is released after it */
  constructor(
    url: string,
    readonly prefix: string,
    readonly id: string,
    settle = async () => {},
    timings = TIMINGS,
  ) {
    const nothing = () => {}
    const events = { ready: nothing, broken: nothing, message: nothing }
    this.#connections = new RedisConnections(url, { channel: `${prefix}:test`, name: id }, events)
    const { commands: redis } = this.#connections
    this.claims = new RedisClaims({ redis, prefix, nodeId: id, clock: systemClock, timings })
    this.claims.observe({
      orphaned: (subject, at) => this.#orphaned(subject, at, settle),
      regained: (subject) => this.regained.push(subject),
      rebuilt: () => this.rebuilt++,
      nodeGone: (node) => this.gone.push(node),
    })
  }

  /** What the claims of the site are, as this node sees it, once it can be known. */
  async holds(...subjects: string[]): Promise<string[]> {
    return [...(await this.claims.held(subjects))].toSorted()
  }

  /** Ends as a process does that is killed. */
  die(): void {
    this.claims.close()
    this.#connections.end()
  }

  get isConnected(): boolean {
    return this.redis.status === 'ready'
  }

  /** Cuts it off from Redis; it comes back at once, or when told to. */
  cut({ comesBack = false } = {}): Promise<void> {
    this.redis.disconnect(comesBack)
    return until(() => !this.isConnected)
  }

  async comeBack(): Promise<void> {
    await this.redis.connect()
  }

  /** The connection for commands. */
  get redis(): RedisConnections['commands'] {
    return this.#connections.commands
  }

  /** Resolves when the node has renewed its lease so many times. */
  async renewed(times: number): Promise<void> {
    for (let time = 0, last = ''; time <= times; ) {
      await until(async () => {
        const leases = await this.redis.zrevrange(`${this.prefix}:leases`, 0, -1, 'WITHSCORES')
        const now = leases[leases.findIndex((text) => text.startsWith(`${this.id}.`)) + 1] ?? ''
        if (now === last) return false
        last = now
        time++
        return true
      })
    }
  }

  async #orphaned(subject: string, at: number, settle: () => Promise<void>): Promise<void> {
    this.orphans.push(subject)
    this.ages.push(Date.now() - at)
    await settle()
    await this.claims.release(subject)
  }
}

/** A node in a process of its own, which claims `user:1`, says when it does, and what it has regained. */
function spawnNode(url: string, prefix: string) {
  const code = `
    import { RedisClaims } from './redis-claims.ts'
    import { RedisConnections } from './redis-connections.ts'
    import { setLogLevel } from '../log.ts'
    setLogLevel('silent')
    const say = (text) => process.stdout.write(text + '\\n')
    const events = { ready() {}, broken() {}, message() {} }
    const { commands: redis } = new RedisConnections('${url}', { channel: 'none', name: 'child' }, events)
    const claims = new RedisClaims({
      redis, prefix: '${prefix}', nodeId: 'child', clock: Date.now, timings: ${JSON.stringify(TIMINGS)},
    })
    claims.observe({ regained: (subject) => say('regained ' + subject) })
    claims.take('user:1')
    await claims.held([])
    say('ready')
    setInterval(() => {}, 1000)`
  const child = Bun.spawn([process.execPath, '-e', code], {
    cwd: import.meta.dir,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let said = ''
  void (async () => {
    for await (const part of child.stdout) said += new TextDecoder().decode(part)
  })()
  return { child, said: (line: string) => until(() => said.split('\n').includes(line)) }
}

describe.skipIf(!hasRedis)('claims of several nodes', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  let prefix: string
  const nodes: Node[] = []
  const children: ReturnType<typeof Bun.spawn>[] = []

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.close())
  afterEach(() => {
    for (const node of nodes.splice(0)) node.die()
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  async function start(id: string, settle?: () => Promise<void>, timings = TIMINGS): Promise<Node> {
    const node = new Node(redis.url, prefix, id, settle, timings)
    nodes.push(node)
    await node.holds()
    return node
  }

  async function startTwo(timings = TIMINGS): Promise<[Node, Node]> {
    prefix = uniqueName()
    return [await start('one', undefined, timings), await start('two', undefined, timings)]
  }

  test('the first that takes and the last that releases are told so', async () => {
    const [one, two] = await startTwo()
    expect(await one.claims.take('user:1')).toBe(true)
    expect(await one.claims.take('user:1')).toBe(false)
    expect(await two.claims.take('user:1')).toBe(false)
    expect(await two.holds('user:1', 'user:2')).toEqual(['user:1'])
    expect(await one.claims.release('user:1')).toBe(false)
    expect(await one.claims.release('user:1')).toBe(false)
    expect(await one.holds('user:1')).toEqual(['user:1'])
    expect(await two.claims.release('user:1')).toBe(true)
    expect(await one.holds('user:1')).toEqual([])
  })

  test('what is asked in one breath takes effect in that order', async () => {
    const [one] = await startTwo()
    const answers = []
    for (let round = 0; round < 3; round++)
      answers.push(one.claims.take('user:1'), one.claims.release('user:1'))
    expect(await Promise.all(answers)).toEqual([true, true, true, true, true, true])
    expect(await one.holds('user:1')).toEqual([])
  })

  test('a process that is killed: others take over what only it held, each subject once', async () => {
    const [one, two] = await startTwo()
    const { child, said } = spawnNode(redis.url, prefix)
    children.push(child)
    await said('ready')
    const three = await start('three')
    const subjects = Array.from({ length: 1000 }, (_, index) => `user:${index + 2}`)
    await Promise.all(subjects.map((subject) => three.claims.take(subject)))
    expect(await two.claims.take('user:7')).toBe(false)
    // Those who stay have seen those who go.
    await Promise.all([one.renewed(2), two.renewed(2)])
    const killedAt = Date.now()
    child.kill('SIGKILL')
    three.die()
    const all = ['user:1', ...subjects.filter((subject) => subject !== 'user:7')].toSorted()
    await until(() => one.orphans.length + two.orphans.length >= all.length)
    expect(Date.now() - killedAt).toBeLessThan(TIMINGS.leaseMs + TIMINGS.renewMs + 2000)
    expect([...one.orphans, ...two.orphans].toSorted()).toEqual(all)
    for (const age of [...one.ages, ...two.ages]) expect(age).toBeGreaterThanOrEqual(TIMINGS.leaseMs)
    await until(() => one.gone.length === 2 && two.gone.length === 2)
    expect(one.gone.toSorted()).toEqual(['child', 'three'])
    await until(async () => (await one.holds(...all, 'user:7')).length === 1)
    expect(await two.claims.release('user:7')).toBe(true)
  })

  test('whoever takes over and dies over it is taken over from', async () => {
    const [one, two] = await startTwo()
    two.die()
    const taker = await start('taker', () => new Promise(() => {}))
    for (let uid = 1; uid <= 300; uid++) await one.claims.take(`user:${uid}`)
    one.die()
    await until(() => taker.orphans.length === 200)
    const heir = await start('heir')
    taker.die()
    await until(() => heir.orphans.length >= 300)
    expect(new Set(heir.orphans).size).toBe(300)
    expect(heir.orphans).toHaveLength(300)
  })

  test('a process that stood still: its subjects are taken over, and claimed anew when it goes on', async () => {
    const [one, two] = await startTwo()
    const { child, said } = spawnNode(redis.url, prefix)
    children.push(child)
    await said('ready')
    child.kill('SIGSTOP')
    await until(() => one.orphans.length + two.orphans.length > 0)
    await until(async () => (await one.holds('user:1')).length === 0)
    child.kill('SIGCONT')
    await said('regained user:1')
    expect(await one.claims.take('user:1')).toBe(false)
    expect([...one.orphans, ...two.orphans]).toEqual(['user:1'])
  })

  test('a node that was cut off learns what was said of it, and what it released meanwhile is gone', async () => {
    const [one, two] = await startTwo()
    for (const subject of ['user:1', 'user:2', 'user:3']) await one.claims.take(subject)
    await two.claims.take('user:3')
    await one.cut()
    await until(() => two.orphans.length === 2)
    expect(one.claims.take('user:4')).toBe(true)
    const released = one.claims.release('user:2')
    await one.comeBack()
    expect(await released).toBe(true)
    expect(one.regained).toEqual(['user:1'])
    expect(await two.holds('user:1', 'user:2', 'user:3', 'user:4')).toEqual(['user:1', 'user:3', 'user:4'])
    expect(await two.claims.release('user:3')).toBe(false)
    expect(two.orphans.toSorted()).toEqual(['user:1', 'user:2'])
  })

  test('a short loss of the connection changes nothing', async () => {
    const [one, two] = await startTwo(PATIENT)
    await one.claims.take('user:1')
    await one.claims.take('user:2')
    const cut = one.cut({ comesBack: true })
    const released = one.claims.release('user:2')
    await cut
    expect(await released).toBe(true)
    await until(async () => (await two.redis.zcard(`${prefix}:leases`)) === 2)
    expect(await two.redis.exists(`${prefix}:lease:one.1`)).toBe(0)
    expect(await two.holds('user:1', 'user:2')).toEqual(['user:1'])
    expect([one.orphans, two.orphans, one.regained]).toEqual([[], [], []])
  })

  test('without Redis a take is true at once, a release waits, and only the newest wish counts', async () => {
    const [one, two] = await startTwo(PATIENT)
    await one.claims.take('user:1')
    await one.claims.take('user:2')
    await two.claims.take('user:2')
    await redis.stop()
    await until(() => !one.isConnected && !two.isConnected)
    expect(one.claims.take('user:3')).toBe(true)
    expect(two.claims.take('user:3')).toBe(true)
    let isAnswered = false
    const answer = (async () => {
      const last = await one.claims.release('user:1')
      isAnswered = true
      return last
    })()
    const overtaken = two.claims.release('user:2')
    expect(two.claims.take('user:2')).toBe(false)
    expect(await overtaken).toBe(false)
    await Promise.resolve()
    expect(isAnswered).toBe(false)

    await redis.start()
    expect(await answer).toBe(true)
    expect(await one.holds('user:1', 'user:2', 'user:3')).toEqual(['user:2', 'user:3'])
    expect(await one.claims.release('user:3')).toBe(false)
    expect(await two.claims.release('user:3')).toBe(true)
    await until(() => one.rebuilt === 1 && two.rebuilt === 1)
    expect([one.orphans, two.orphans, one.regained, two.regained]).toEqual([[], [], [], []])
    expect([one.gone, two.gone]).toEqual([[], []])
  })

  test('when everything was lost, an end is believed only after the others had time to come back', async () => {
    const [one, two] = await startTwo(PATIENT)
    const three = await start('three', undefined, PATIENT)
    for (const node of [one, two]) await node.claims.take('user:1')
    await Promise.all([one.cut(), two.cut()])
    await three.redis.flushall()
    await one.comeBack()
    await one.renewed(0)
    const released = one.claims.release('user:1')
    await two.comeBack()
    expect(await released).toBe(false)
    expect(await one.holds('user:1')).toEqual(['user:1'])
    await until(() => three.rebuilt === 1)
  })

  test('leases that have all ended make nobody an orphan: it was not the nodes that stood still', async () => {
    const [one, two] = await startTwo()
    await one.claims.take('user:1')
    await two.claims.take('user:2')
    await Promise.all([one.renewed(2), two.renewed(2)])
    const ended = Date.now() - 10_000
    await one.redis.zadd(`${prefix}:leases`, 'XX', ended, 'one.1', ended, 'two.1')
    await Promise.all([one.renewed(4), two.renewed(4)])
    expect([one.orphans, two.orphans, one.gone, two.gone]).toEqual([[], [], [], []])
    expect(await one.holds('user:1', 'user:2')).toEqual(['user:1', 'user:2'])
  })

  test('a node that died while Redis was away is missed, and its subjects are nobody’s', async () => {
    const [one, two] = await startTwo()
    await two.claims.take('user:1')
    await one.renewed(2)
    await redis.stop()
    two.die()
    await redis.start()
    await until(() => one.gone.length === 1)
    expect(one.gone).toEqual(['two'])
    expect(await one.holds('user:1')).toEqual([])
    await until(() => one.rebuilt === 1)
  })

  test('a Redis that stands still for longer than the leases makes nobody an orphan', async () => {
    const [one, two] = await startTwo()
    await one.claims.take('user:1')
    await two.claims.take('user:2')
    await Promise.all([one.renewed(2), two.renewed(2)])
    redis.pause()
    // Nothing happens meanwhile but that time passes.
    const leasesEnd = Date.now() + 2 * TIMINGS.leaseMs
    await until(() => Date.now() > leasesEnd)
    redis.resume()
    await until(() => one.isConnected && two.isConnected)
    await Promise.all([one.renewed(6), two.renewed(6)])
    expect([one.orphans, two.orphans, one.gone, two.gone]).toEqual([[], [], [], []])
    expect(await one.holds('user:1', 'user:2')).toEqual(['user:1', 'user:2'])
  })
})
