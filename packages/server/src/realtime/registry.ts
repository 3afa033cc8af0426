import type { Socket } from './socket.ts'

/** Sockets by a key that several of them share. */
class SocketGroups<Key> {
  readonly #groups = new Map<Key, Set<Socket>>()

  get size(): number {
    return this.#groups.size
  }

  add(key: Key, socket: Socket): void {
    const group = this.#groups.get(key)
    if (group) group.add(socket)
    else this.#groups.set(key, new Set([socket]))
  }

  delete(key: Key, socket: Socket): void {
    const group = this.#groups.get(key)
    if (group?.delete(socket) && group.size === 0) this.#groups.delete(key)
  }

  /** A copy: the caller may close what it gets. */
  of(key: Key): Socket[] {
    return [...(this.#groups.get(key) ?? [])]
  }
}

/** A socket may be vouched for this many users: somebody's browser, not a way to hold on to memory. */
const PROOFS_MAX = 20

/** The open sockets of this node and the ways to find them. */
export class Registry {
  readonly #byId = new Map<string, Socket>()
  /** By the user who opened them. */
  readonly #byUser = new SocketGroups<number>()
  /** By the other users they were vouched for or listen as. */
  readonly #byProof = new SocketGroups<number>()
  /** By the session that opened them or vouched for them. */
  readonly #bySession = new SocketGroups<number>()
  /** By a channel they listen to with a signature that names no user. */
  readonly #unproven = new SocketGroups<string>()

  add(socket: Socket): void {
    const { socketId, identity } = socket.data
    this.#byId.set(socketId, socket)
    if (identity.uid !== 0) this.#byUser.add(identity.uid, socket)
    if (identity.sessionId !== 0) this.#bySession.add(identity.sessionId, socket)
  }

  remove(socket: Socket): void {
    const { socketId, identity, proofs, vouchers } = socket.data
    this.#byId.delete(socketId)
    this.#byUser.delete(identity.uid, socket)
    this.#bySession.delete(identity.sessionId, socket)
    for (const uid of proofs ?? []) this.#byProof.delete(uid, socket)
    for (const sessionId of vouchers ?? []) this.#bySession.delete(sessionId, socket)
  }

  /** Makes the socket findable by a user and a session other than its own. @returns false when it has too many */
  addProof(socket: Socket, uid: number, sessionId: number): boolean {
    const { data } = socket
    if (uid !== data.identity.uid) {
      data.proofs ??= new Set()
      const { proofs } = data
      if (!proofs.has(uid) && proofs.size >= PROOFS_MAX) return false
      proofs.add(uid)
      this.#byProof.add(uid, socket)
    }
    if (sessionId !== 0 && sessionId !== data.identity.sessionId) {
      data.vouchers ??= new Set()
      data.vouchers.add(sessionId)
      this.#bySession.add(sessionId, socket)
    }
    return true
  }

  addUnproven(socket: Socket, channel: string): void {
    this.#unproven.add(channel, socket)
  }

  deleteUnproven(socket: Socket, channel: string): void {
    this.#unproven.delete(channel, socket)
  }

  get size(): number {
    return this.#byId.size
  }

  /** Users with a session's socket. */
  get userCount(): number {
    return this.#byUser.size
  }

  find(socketId: string): Socket | undefined {
    return this.#byId.get(socketId)
  }

  all(): IterableIterator<Socket> {
    return this.#byId.values()
  }

  openedBy(uid: number): Socket[] {
    return this.#byUser.of(uid)
  }

  /** Sockets that a user opened, or that listen or may listen in the user's name. */
  concerning(uid: number): Socket[] {
    return [...this.#byUser.of(uid), ...this.#byProof.of(uid)]
  }

  ofSession(sessionId: number): Socket[] {
    return this.#bySession.of(sessionId)
  }

  unprovenOn(channel: string): Socket[] {
    return this.#unproven.of(channel)
  }
}
