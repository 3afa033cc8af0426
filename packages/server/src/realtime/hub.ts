import type { Bus } from '../cluster/index.ts'
import { Attendance } from './attendance.ts'
import { type ChannelName, formsOf } from './channel.ts'
import { Evictions } from './evictions.ts'
import { clientEventFrame, eventHead, onChannel } from './frames.ts'
import type { HubObserver } from './observer.ts'
import { Registry } from './registry.ts'
import { awaitChannel, CLOSE, type Limits, type Socket } from './socket.ts'
import { type Proof, type Publisher, Subscriptions } from './subscriptions.ts'
import { Vouching } from './vouching.ts'

export interface HubDependencies {
  bus: Bus
  limits: Limits
  /** Changes the payload of product events before they become text (the setting `html_escape`). */
  transform?: (event: string, payload: unknown) => unknown
}

/** What nodes tell each other. */
type Command =
  | { op: 'publish'; channels: readonly string[]; event: string; data: string; except?: string }
  | { op: 'relay'; channel: string; frame: string; except: string }
  | { op: 'evict' | 'admit'; uid: number; channel: string }
  | { op: 'vouch'; socketId: string; channel: string; uid: number; sessionId: number }
  | { op: 'end_user'; uid: number }
  | { op: 'end_session'; sessionId: number }

// One topic for all: an event published before an eviction has to arrive before it.
const TOPIC = 'realtime'
/** Sockets closed in one turn of the loop when the server stops. */
const CLOSED_PER_TURN = 500

/**
 * Who listens to what, and the way of an event to all of them. Product code publishes to a base name (`user-9`,
 * `group-7`, `global`, or a custom one); the event reaches every node and there each form of the channel that
 * somebody listens to. Who may listen is decided elsewhere (`guard.ts`).
 */
export class Hub {
  readonly evictions = new Evictions()
  readonly subscriptions: Subscriptions
  readonly #registry = new Registry()
  readonly #observers: HubObserver[] = []
  readonly #attendance = new Attendance(this.#observers)
  readonly #vouching = new Vouching(this.#registry, this.evictions, (socket, name) =>
    this.leave(socket, name),
  )
  readonly #bus: Bus
  readonly #transform: HubDependencies['transform']
  readonly #stopListening: () => void
  #draining = false
  #published = 0
  #admissions = 0

  constructor({ bus, limits, transform }: HubDependencies) {
    this.#bus = bus
    this.#transform = transform
    this.subscriptions = new Subscriptions(limits, this.#observers)
    this.#stopListening = bus.subscribe(TOPIC, (command) => this.#obey(command as Command))
  }

  /** Gives the hub the server whose sockets it serves; needed before the first socket opens. */
  attach(publisher: Publisher): void {
    this.subscriptions.attach(publisher)
  }

  observe(observer: HubObserver): void {
    this.#observers.push(observer)
  }

  /**
   * Publishes a product event. One payload for several channels is made into text once.
   * @param channel base name or names
   */
  publish(
    channel: string | readonly string[],
    event: string,
    payload: unknown,
    { exceptSocketId }: { exceptSocketId?: string } = {},
  ): void {
    const channels = typeof channel === 'string' ? formsOf(channel) : channel.flatMap(formsOf)
    // With one node, what nobody listens to need not be made into text.
    if (this.#bus.isLocal && !channels.some((name) => this.subscriptions.has(name))) return
    const data = JSON.stringify((this.#transform ? this.#transform(event, payload) : payload) ?? {})
    this.#tell({ op: 'publish', channels, event, data, except: exceptSocketId })
  }

  /**
   * Publishes an event of the site's backend. A base name of Parley's own reaches its private and presence forms,
   * too; any other name is taken as it is.
   * @param data JSON text
   */
  publishRaw(channel: string, event: string, data: string, exceptSocketId?: string): void {
    this.#tell({ op: 'publish', channels: formsOf(channel), event, data, except: exceptSocketId })
  }

  /** Passes a client's event on to the others on a channel. @param data JSON text */
  relay(socket: Socket, channel: string, event: string, data: string): void {
    const frame = clientEventFrame(event, data, channel, socket.data.memberIds?.get(channel))
    this.#tell({ op: 'relay', channel, frame, except: socket.data.socketId })
  }

  /**
   * Takes a channel (base name) from a user, at once and on every node: in all its forms, on every socket, also on
   * those that a signature lets listen as this user. Where a signature names nobody its socket is closed (4200) and
   * has to be authorised anew. Call it after the membership is gone and the caches know.
   */
  evict(uid: number, channel: string): void {
    this.#tell({ op: 'evict', uid, channel })
  }

  /**
   * Lets a user's sockets into a channel (base name) that they asked for before the user might hear it. Call it
   * after the membership is there and the caches know: the right is looked up again.
   */
  admit(uid: number, channel: string): void {
    this.#tell({ op: 'admit', uid, channel })
  }

  /** Notes on whose behalf `push/auth` signed a channel for a socket, wherever that socket is. */
  vouch(socketId: string, channel: string, uid: number, sessionId = 0): void {
    this.#tell({ op: 'vouch', socketId, channel, uid, sessionId })
  }

  /** Closes everything that a session opened or that it was vouched for by (4009: clients do not come back). */
  disconnectSession(sessionId: number): void {
    this.#tell({ op: 'end_session', sessionId })
  }

  /** Closes everything that a user opened or that listens in the user's name (4009). */
  disconnectUser(uid: number): void {
    this.#tell({ op: 'end_user', uid })
  }

  /** As {@link disconnectSession}, for this node alone: it found out by itself that the session has ended. */
  dropSession(sessionId: number): void {
    this.#vouching.endSession(sessionId)
  }

  /** As {@link disconnectUser}, for this node alone. */
  dropUser(uid: number): void {
    this.#vouching.endUser(uid)
  }

  /** Takes a channel from one socket, which gets it back when its user is admitted again. */
  drop(socket: Socket, name: string): void {
    this.leave(socket, name)
    awaitChannel(socket.data, name)
  }

  /** Has a socket try again what it asked for in vain: an admission may have been missed. */
  readmit(socket: Socket): void {
    this.#admissions++
    for (const name of [...(socket.data.awaited ?? [])]) {
      for (const observer of this.#observers) observer.admitted?.(socket, name)
    }
  }

  /** Takes no new sockets and asks the clients of this node to reconnect (4200). */
  async drain(): Promise<void> {
    this.#draining = true
    let count = 0
    for (const socket of [...this.#registry.all()]) {
      socket.close(CLOSE.reconnect, 'Server restarting')
      if (++count % CLOSED_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    this.#stopListening()
  }

  /** How often somebody was admitted to something: a refusal decided across such a moment may be out of date. */
  get admissions(): number {
    return this.#admissions
  }

  get draining(): boolean {
    return this.#draining
  }

  /** Whether a session has ended a moment ago: a socket that was being opened for it then comes too late. */
  hasEnded(sessionId: number): boolean {
    return this.#vouching.hasEnded(sessionId)
  }

  add(socket: Socket): void {
    socket.data.open = true
    socket.data.serial = this.evictions.next()
    this.#registry.add(socket)
    this.#attendance.arrived(socket.data.identity.uid)
  }

  /** Forgets a closed socket. */
  remove(socket: Socket): void {
    if (!socket.data.open) return
    socket.data.open = false
    for (const channel of [...socket.data.channels.keys()]) this.leave(socket, channel)
    this.#registry.remove(socket)
    this.#attendance.left(socket.data.identity.uid)
  }

  sockets(): IterableIterator<Socket> {
    return this.#registry.all()
  }

  socketsOpenedBy(uid: number): Socket[] {
    return this.#registry.openedBy(uid)
  }

  /**
   * Subscribes a socket; whether it may was decided before.
   * @returns false when the socket listens for too many users already: nobody may listen who could not be evicted
   */
  join(socket: Socket, channel: ChannelName, proof: Proof): boolean {
    const isProxy = proof.uid !== 0 && proof.uid !== socket.data.identity.uid
    if (isProxy && !this.#registry.addProof(socket, proof.uid, 0)) return false
    this.subscriptions.join(socket, channel, proof)
    if (isProxy) this.#attendance.arrived(proof.uid)
    if (proof.uid === 0 && channel.kind === 'group') this.#registry.addUnproven(socket, channel.name)
    return true
  }

  /** Ends a subscription without a word to the client. */
  leave(socket: Socket, name: string): void {
    const uid = this.subscriptions.leave(socket, name)
    if (uid === undefined) return
    if (uid === 0) this.#registry.deleteUnproven(socket, name)
    else if (uid !== socket.data.identity.uid) this.#attendance.left(uid)
  }

  /** The occupied channels of this node whose names begin with `prefix`. */
  channels(prefix = ''): string[] {
    return [...this.subscriptions.names()].filter((name) => name.startsWith(prefix))
  }

  /** For the metrics: what is open on this node now, and the frames published since it started. */
  stats(): { sockets: number; users: number; channels: number; subscriptions: number; published: number } {
    return {
      sockets: this.#registry.size,
      users: this.#registry.userCount,
      channels: this.subscriptions.channelCount,
      subscriptions: this.subscriptions.total,
      published: this.#published,
    }
  }

  #tell(command: Command): void {
    this.#bus.publish(TOPIC, command)
  }

  #obey(command: Command): void {
    switch (command.op) {
      case 'publish':
        this.#deliver(command)
        break
      case 'relay':
        this.#send(command.channel, command.frame, command.except)
        break
      case 'evict':
        this.#evict(command.uid, command.channel)
        break
      case 'admit':
        this.#admit(command.uid, command.channel)
        break
      case 'vouch':
        this.#vouching.note(command)
        break
      case 'end_user':
        this.#vouching.endUser(command.uid)
        break
      case 'end_session':
        this.#vouching.endSession(command.sessionId)
    }
  }

  #deliver({ channels, event, data, except }: Command & { op: 'publish' }): void {
    let head: string | undefined
    for (const name of channels) {
      if (!this.subscriptions.has(name)) continue
      head ??= eventHead(event, data)
      this.#send(name, onChannel(head, name), except)
    }
  }

  #send(name: string, frame: string, except: string | undefined): void {
    this.#published++
    this.subscriptions.deliver(name, frame, except === undefined ? undefined : this.#registry.find(except))
  }

  #evict(uid: number, channel: string): void {
    this.evictions.note(channel)
    for (const name of formsOf(channel)) {
      for (const socket of this.#registry.concerning(uid)) {
        if (socket.data.channels.get(name) === uid) this.drop(socket, name)
      }
      for (const socket of this.#registry.unprovenOn(name)) {
        this.leave(socket, name)
        socket.close(CLOSE.reconnect, 'Authorise again')
      }
    }
  }

  #admit(uid: number, channel: string): void {
    this.#admissions++
    const forms = formsOf(channel)
    for (const socket of this.#registry.concerning(uid)) {
      for (const name of forms) {
        if (!socket.data.awaited?.has(name)) continue
        for (const observer of this.#observers) observer.admitted?.(socket, name)
      }
    }
  }
}
