import { readChannel } from './channel.ts'
import type { Guard } from './guard.ts'
import type { Hub } from './hub.ts'
import { CLOSE, type Socket } from './socket.ts'

/** Subscriptions whose rights are looked up together: few queries, and no long turn of the event loop. */
const SUBSCRIPTIONS_PER_TURN = 2000

interface Dependencies {
  hub: Hub
  guard: Pick<Guard, 'mayStay' | 'mayBeHere'>
  /** Which of these sessions live. */
  livingSessions: (ids: readonly number[]) => Promise<ReadonlySet<number>>
}

/**
 * Looks up anew what this node's sockets may hear, and ends what they may not: for when other nodes, or a command,
 * may have taken rights away without a word reaching this node. The caches in front of the rights have to be empty.
 */
export class RightsCheck {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Goes through all sockets, a portion at a time.
   * @param isReturn whether words of other nodes were missed and are heard again now. Then channels that sockets asked
   *   for in vain are tried again; and what was signed for a user without this node hearing by which session has to be
   *   signed anew, or it would outlive that session.
   * @throws what a look-up throws; the sockets that were not reached keep what they have
   */
  async run({ isReturn }: { isReturn: boolean }): Promise<void> {
    const { hub } = this.dependencies
    // Whoever is being let in right now is looked at again, and a signature from before proves nothing any more.
    hub.evictions.noteAll()
    for (const sockets of portions(hub.sockets())) {
      await this.#endSessions(sockets)
      await this.#endUsers(sockets)
      await Promise.all(sockets.map((socket) => this.#endSubscriptions(socket, isReturn)))
      if (isReturn) for (const socket of sockets) if (socket.data.open) hub.readmit(socket)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #endSessions(sockets: readonly Socket[]): Promise<void> {
    const { hub, livingSessions } = this.dependencies
    const ids = new Set(sockets.flatMap(({ data }) => [data.identity.sessionId, ...(data.vouchers ?? [])]))
    ids.delete(0)
    if (ids.size === 0) return
    const living = await livingSessions([...ids])
    for (const id of ids) if (!living.has(id)) hub.dropSession(id)
  }

  async #endUsers(sockets: readonly Socket[]): Promise<void> {
    const { hub, guard } = this.dependencies
    const uids = new Set(sockets.flatMap(({ data }) => [data.identity.uid, ...(data.proofs ?? [])]))
    uids.delete(0)
    await Promise.all(
      [...uids].map(async (uid) => {
        if (!(await guard.mayBeHere(uid))) hub.dropUser(uid)
      }),
    )
  }

  async #endSubscriptions(socket: Socket, isReturn: boolean): Promise<void> {
    const { hub, guard } = this.dependencies
    const { channels, identity, vouches } = socket.data
    await Promise.all(
      [...channels].map(async ([name, uid]) => {
        const channel = readChannel(name)
        if (!channel) return
        const isUnvouched = uid !== 0 && uid !== identity.uid && !vouches?.has(name)
        // A signature that names nobody: whose right it stood for cannot be looked up.
        const isNobodys = uid === 0 && channel.kind === 'group'
        if (isNobodys || (isUnvouched && isReturn)) {
          hub.leave(socket, name)
          socket.close(CLOSE.reconnect, 'Authorise again')
        } else if (uid !== 0 && !(await guard.mayStay(uid, channel))) {
          if (channels.get(name) === uid) hub.drop(socket, name)
        }
      }),
    )
  }
}

/** The sockets that are open now, in portions of about as many subscriptions. */
function portions(sockets: Iterable<Socket>): Socket[][] {
  const portions: Socket[][] = []
  let open: Socket[] = []
  let weight = 0
  for (const socket of sockets) {
    open.push(socket)
    weight += 1 + socket.data.channels.size
    if (weight < SUBSCRIPTIONS_PER_TURN) continue
    portions.push(open)
    open = []
    weight = 0
  }
  return open.length > 0 ? [...portions, open] : portions
}
