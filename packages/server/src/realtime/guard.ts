import { type ChannelName, readChannel } from './channel.ts'
import type { Hub } from './hub.ts'
import type { Member } from './members.ts'
import { type App, type Apps, isSigned, signChannel } from './signature.ts'
import type { Credentials, SocketData } from './socket.ts'
import type { Proof } from './subscriptions.ts'

/** May this user listen to this user's or group's channel now? Asked at every subscription. */
export type Authorize = (uid: number, kind: 'user' | 'group', id: number) => boolean | Promise<boolean>

/** How a user appears in presence channels. */
export type Describe = (uid: number) => MemberInfo | Promise<MemberInfo>
export interface MemberInfo {
  readonly name: string
  readonly avatar: string
}

export interface GuardDependencies {
  apps: Apps
  authorize: Authorize
  describe: Describe
  hub: Pick<Hub, 'evictions' | 'vouch'>
}

/** What `push/auth` answers. */
export interface Grant {
  auth: string
  channel_data?: string
}

const CHANNEL_DATA_CHARACTERS_MAX = 4096
const MEMBER_ID_CHARACTERS_MAX = 128

/** Decides who may listen to what. Every rule about channels is here. */
export class Guard {
  constructor(private readonly dependencies: GuardDependencies) {}

  /** For whom a socket may listen to a channel; nothing when it may not. */
  async prove(data: SocketData, channel: ChannelName, credentials: Credentials): Promise<Proof | undefined> {
    if (channel.kind === 'reserved') return undefined
    switch (channel.visibility) {
      case 'public':
        return this.#provePublic(data, channel)
      case 'private':
        return this.#provePrivate(data, channel, credentials)
      case 'presence':
        return channel.kind === 'group'
          ? this.#proveGroupMember(data, channel, credentials)
          : this.#proveCustomMember(data, channel, credentials)
    }
  }

  /**
   * Signs a private or presence channel for the socket of a user who may listen to it (`push/auth`), and notes for
   * whom: the signature is worth only what that user's right is worth when it is used.
   * @param sessionId the session that asks; when it ends, so does what it was granted
   * @returns nothing when the user may not, or the channel is not one of Parley's own
   */
  async grant(
    app: Pick<App, 'key' | 'secret'>,
    request: { socketId: string; channelName: string; uid: number; sessionId: number },
  ): Promise<Grant | undefined> {
    const { socketId, uid, sessionId } = request
    const channel = readChannel(request.channelName)
    if (!channel || channel.visibility === 'public' || !/^\d+\.\d+$/.test(socketId)) return undefined
    if (channel.kind === 'global') return { auth: signChannel(app, socketId, channel.name) }
    if (!(await this.#may(uid, channel))) return undefined
    this.dependencies.hub.vouch(socketId, channel.name, uid, sessionId)
    if (channel.visibility === 'private') return { auth: signChannel(app, socketId, channel.name) }
    const channelData = JSON.stringify({
      user_id: String(uid),
      user_info: await this.dependencies.describe(uid),
    })
    return { auth: signChannel(app, socketId, channel.name, channelData), channel_data: channelData }
  }

  /** Whether a user may go on listening to a channel. Those that are not Parley's own are the backend's business. */
  async mayStay(uid: number, channel: ChannelName): Promise<boolean> {
    const isOwn = channel.kind === 'user' || channel.kind === 'group'
    return !isOwn || this.#may(uid, channel)
  }

  /** Whether a user may be here at all. */
  mayBeHere(uid: number): Promise<boolean> {
    return Promise.resolve(this.dependencies.authorize(uid, 'user', uid))
  }

  async #provePublic({ identity }: SocketData, channel: ChannelName): Promise<Proof | undefined> {
    if (channel.kind === 'custom' || channel.kind === 'global') return { uid: 0 }
    return (await this.#may(identity.uid, channel)) ? { uid: identity.uid } : undefined
  }

  async #provePrivate(
    data: SocketData,
    channel: ChannelName,
    { auth, retry }: Credentials,
  ): Promise<Proof | undefined> {
    if (channel.kind === 'global') return { uid: 0 }
    if (channel.kind === 'custom') return this.#isSigned(data, channel, auth) ? { uid: 0 } : undefined
    const { identity } = data
    if (await this.#may(identity.uid, channel)) return { uid: identity.uid }

    const vouch = data.vouches?.get(channel.name)
    if (!(retry && vouch) && !this.#isSigned(data, channel, auth)) return undefined
    // Signed without `push/auth`, by the site's own backend: for a user's channel that can only mean this user.
    const uid = vouch?.uid ?? (channel.kind === 'user' ? channel.id : 0)
    if (uid !== 0) return (await this.#may(uid, channel)) ? { uid } : undefined

    // A group's channel, signed for nobody in particular. A socket with a user is judged by its user; and a signature
    // may be older than somebody's eviction if the socket is.
    const isFresh = data.serial > this.dependencies.hub.evictions.last(channel.base)
    return identity.uid === 0 && isFresh ? { uid: 0 } : undefined
  }

  async #proveGroupMember(
    data: SocketData,
    channel: ChannelName,
    { auth, channelData, retry }: Credentials,
  ): Promise<Proof | undefined> {
    const { identity } = data
    const claimed = channelData === undefined ? undefined : readMember(channelData)
    if (channelData !== undefined && !claimed) return undefined
    const isOwnClaim = !claimed || claimed.id === String(identity.uid)
    if (isOwnClaim && (await this.#may(identity.uid, channel))) return this.#asMember(identity.uid)

    const vouch = data.vouches?.get(channel.name)
    if (vouch && vouch.uid < 0) return undefined
    if (retry) return vouch && (await this.#may(vouch.uid, channel)) ? this.#asMember(vouch.uid) : undefined
    if (!claimed || !this.#isSigned(data, channel, auth, channelData)) return undefined
    const uid = /^[1-9]\d{0,14}$/.test(claimed.id) ? Number(claimed.id) : 0
    return (await this.#may(uid, channel)) ? this.#asMember(uid) : undefined
  }

  async #proveCustomMember(
    data: SocketData,
    channel: ChannelName,
    { auth, channelData }: Credentials,
  ): Promise<Proof | undefined> {
    const member = channelData === undefined ? undefined : readMember(channelData)
    return member && this.#isSigned(data, channel, auth, channelData) ? { uid: 0, member } : undefined
  }

  async #asMember(uid: number): Promise<Proof> {
    return { uid, member: { id: String(uid), info: await this.dependencies.describe(uid) } }
  }

  /** Whether a user has the right to one of Parley's own channels; nobody (0) and voided vouches (-1) never have. */
  async #may(uid: number, { kind, id }: ChannelName): Promise<boolean> {
    return (
      uid > 0 && (kind === 'user' || kind === 'group') && (await this.dependencies.authorize(uid, kind, id))
    )
  }

  #isSigned({ socketId }: SocketData, { name }: ChannelName, auth?: string, channelData?: string): boolean {
    return auth !== undefined && isSigned(this.dependencies.apps, auth, socketId, name, channelData)
  }
}

function readMember(channelData: string): Member | undefined {
  if (channelData.length > CHANNEL_DATA_CHARACTERS_MAX) return undefined
  let value: unknown
  try {
    value = JSON.parse(channelData)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('user_id' in value)) return undefined
  const { user_id: userId } = value
  if (typeof userId !== 'string' && typeof userId !== 'number') return undefined
  const id = String(userId)
  if (id === '' || id.length > MEMBER_ID_CHARACTERS_MAX) return undefined
  return { id, info: 'user_info' in value ? value.user_info : undefined }
}
