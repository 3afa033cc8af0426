import { readChannel } from './channel.ts'
import type { Evictions } from './evictions.ts'
import type { Registry } from './registry.ts'
import { CLOSE, type Socket } from './socket.ts'

/** Vouches that a socket can hold. Further ones are ignored: forgetting old ones would forget which were taken back. */
const VOUCHES_MAX = 1000
/** Ended sessions that are remembered for what is still on its way on their behalf. */
const ENDED_MAX = 1000

/** What sockets hear in the name of sessions and users, and its end. */
export class Vouching {
  readonly #ended = new Set<number>()

  constructor(
    private readonly registry: Registry,
    private readonly evictions: Evictions,
    private readonly leave: (socket: Socket, channel: string) => void,
  ) {}

  /** Notes that `push/auth` signed a channel for a socket; nothing happens when the socket is on another node. */
  note(vouch: { socketId: string; channel: string; uid: number; sessionId: number }): void {
    const { socketId, channel, uid, sessionId } = vouch
    const socket = this.registry.find(socketId)
    if (!socket) return
    socket.data.vouches ??= new Map()
    const { vouches } = socket.data
    if (!vouches.has(channel) && vouches.size >= VOUCHES_MAX) return
    if (this.#ended.has(sessionId)) vouches.set(channel, { uid: -1, sessionId: 0 })
    else if (this.registry.addProof(socket, uid, sessionId)) vouches.set(channel, { uid, sessionId })
  }

  hasEnded(sessionId: number): boolean {
    return this.#ended.has(sessionId)
  }

  endUser(uid: number): void {
    for (const socket of this.registry.concerning(uid)) {
      const { data } = socket
      if (data.identity.uid === uid) socket.close(CLOSE.signedOut, 'Signed out')
      else {
        for (const [name, provenUid] of [...data.channels]) if (provenUid === uid) this.leave(socket, name)
        this.#takeBack(socket, (vouchedUid) => vouchedUid === uid)
      }
    }
  }

  endSession(sessionId: number): void {
    this.#ended.add(sessionId)
    if (this.#ended.size > ENDED_MAX) this.#ended.delete(this.#ended.values().next().value!)
    for (const socket of this.registry.ofSession(sessionId)) {
      if (socket.data.identity.sessionId === sessionId) socket.close(CLOSE.signedOut, 'Signed out')
      else this.#takeBack(socket, (_, voucher) => voucher === sessionId)
    }
  }

  /** Ends what a socket hears by vouches that are void now, and closes it when nobody is signed in on it. */
  #takeBack(socket: Socket, isVoid: (uid: number, sessionId: number) => boolean): void {
    const { data } = socket
    for (const [name, { uid, sessionId }] of data.vouches ?? []) {
      if (!isVoid(uid, sessionId)) continue
      data.vouches?.set(name, { uid: -1, sessionId: 0 })
      this.evictions.note(readChannel(name)?.base ?? name)
      if (data.channels.get(name) === uid) this.leave(socket, name)
    }
    if (data.identity.uid === 0) socket.close(CLOSE.signedOut, 'Signed out')
  }
}
