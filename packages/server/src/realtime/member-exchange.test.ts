import { afterEach, describe, expect, test } from 'bun:test'
import { type ClaimObserver, LocalClaims } from '../cluster/index.ts'
import { MemberExchange } from './member-exchange.ts'
import { Members } from './members.ts'
import { until, Wire } from './testing.ts'

const CHANNEL = 'presence-group-7'

/** A node as far as members go. */
class Node {
  readonly bus
  readonly members: Members
  readonly exchange: MemberExchange
  /** What anybody hears of members coming and going. */
  changes = 0
  claims: ClaimObserver = {}

  constructor(
    wire: Wire,
    readonly id: string,
  ) {
    this.bus = wire.bus()
    const changed = () => void this.changes++
    this.members = new Members(100, { appeared: changed, vanished: changed })
    const claims = Object.assign(new LocalClaims(), {
      observe: (observer: ClaimObserver) => {
        this.claims = observer
      },
    })
    this.exchange = new MemberExchange({ bus: this.bus, claims, nodeId: id, members: this.members })
    this.exchange.start()
  }

  add(id: string, channel = CHANNEL): void {
    if (this.members.add(channel, { id, info: { name: id } }))
      this.exchange.memberAdded(channel, id, { name: id })
  }

  remove(id: string, channel = CHANNEL): void {
    if (this.members.remove(channel, id)) this.exchange.memberRemoved(channel, id)
  }

  ids(channel = CHANNEL): string[] {
    return this.members.ids(channel).toSorted()
  }

  knows(...ids: string[]): Promise<void> {
    return until(() => this.ids().join() === ids.join())
  }
}

describe('nodes tell each other of their members', () => {
  let wire: Wire
  const nodes: Node[] = []
  const start = (...ids: string[]) => {
    const started = ids.map((id) => new Node(wire, id))
    nodes.push(...started)
    return started as [Node, Node, Node]
  }
  const site = (...ids: string[]) => {
    wire = new Wire()
    return start(...ids)
  }
  afterEach(() => {
    for (const { exchange } of nodes.splice(0)) exchange.stop()
  })

  test('one by one as they come and go', () => {
    const [one, two] = site('one', 'two')
    one.add('1')
    two.add('2')
    two.add('1')
    expect([one.ids(), two.ids()]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ])
    one.remove('1')
    expect(one.ids()).toEqual(['1', '2'])
    two.remove('1')
    expect([one.ids(), two.ids()]).toEqual([['2'], ['2']])
    expect([one.changes, two.changes]).toEqual([3, 3])
    expect(one.exchange.nodes).toEqual(['two'])
  })

  test('all of them to a node that starts later, in parts, while members come and go', async () => {
    const [one] = site('one')
    const ids = Array.from({ length: 2000 }, (_, index) => `${index + 1000}`)
    for (const id of ids) one.add(id)
    const [two] = start('two')
    const said = wire.count
    await until(() => two.ids().length > 0)
    one.remove('1000')
    one.remove('2999')
    one.add('999')
    one.add('1', 'presence-group-8')
    await until(() => two.ids('presence-group-8').length === 1 && two.ids().length === 1999)
    expect(two.ids()).toEqual(one.ids())
    // Whoever is up to date hears no further list: two greetings, one question, a few parts, four changes.
    expect(wire.count - said).toBeLessThan(15)
    one.remove('1001')
    expect(two.ids()).toEqual(one.ids())
  })

  test('anew to whoever was cut off: what went meanwhile goes, what stayed is not told twice', async () => {
    const [one, two, three] = site('one', 'two', 'three')
    for (const id of ['1', '2', '3']) one.add(id)
    wire.cut(two.bus)
    one.remove('1')
    one.add('4')
    two.add('5')
    two.remove('5')
    two.add('6')
    expect([three.ids(), two.ids()]).toEqual([
      ['2', '3', '4'],
      ['1', '2', '3', '6'],
    ])
    const changes = two.changes
    wire.mend(two.bus)
    await Promise.all(nodes.map((node) => node.knows('2', '3', '4', '6')))
    expect(two.changes - changes).toBe(2)
  })

  test('what was missed shows at the next word, too', async () => {
    const [one, two] = site('one', 'two')
    wire.cut(two.bus)
    one.add('1')
    wire.mend(two.bus, { isTold: false })
    one.add('2')
    expect(two.ids()).toEqual([])
    await two.knows('1', '2')
  })

  test('a node that says goodbye or is gone takes its members with it, and brings them back when it was not', async () => {
    const [one, two, three] = site('one', 'two', 'three')
    one.add('1')
    two.add('2')
    three.add('3')
    two.exchange.stop()
    expect([one.ids(), three.ids()]).toEqual([
      ['1', '3'],
      ['1', '3'],
    ])
    three.claims.nodeGone?.('one')
    expect([three.ids(), three.exchange.nodes]).toEqual([['3'], []])
    one.add('4')
    await three.knows('1', '3', '4')
    expect(three.exchange.nodes).toEqual(['one'])
  })
})
