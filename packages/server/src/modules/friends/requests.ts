import { AppError, type FriendRequestRow, type friendApplyDetail, type OutputOf } from '@parley/contract'
import { type Clock, toSeconds } from '../../clock.ts'
import { log } from '../../log.ts'
import type { Database, FriendRequest } from '../../storage/index.ts'
import type { Publish } from '../conversations/index.ts'
import { type Account, pictureOf, type Users } from '../users/index.ts'
import type { Friends } from './friends.ts'
import { findRequest, listRequests, refuseRequest, replaceRequest } from './repository.ts'

export type RequestDetail = OutputOf<typeof friendApplyDetail>

interface Dependencies {
  db: Database
  users: Users
  friends: Friends
  publish: Publish
  clock: Clock
  settings: { on(name: 'add_friend'): boolean }
  /**
   * Sends the greeting of a new friend (`我通过了你的好友请求，我们来聊天吧`) as a normal message; it obeys the settings,
   * `private_chat` among them. Its failure does not undo the friendship.
   */
  greet(fromUid: number, toUid: number): Promise<unknown>
}

/** Friend requests: asking, deciding, listing. Rules and their order: protocol 1.4. */
export class FriendRequests {
  readonly #parts: Dependencies

  constructor(parts: Dependencies) {
    this.#parts = parts
  }

  /**
   * Asks somebody to be friends; an earlier request of the same pair is replaced. Pushes `friendApply`. A request in
   * the other direction stays as it is: either side may agree.
   * @returns false when the two are friends already
   * @throws AppError add_friend_off, illegal_parameter (oneself), user_not_found (either is missing or disabled)
   */
  async apply(uid: number, friendUid: number, postscript = ''): Promise<boolean> {
    const { db, users, friends, publish, clock, settings } = this.#parts
    if (!settings.on('add_friend')) throw new AppError('add_friend_off')
    if (uid === friendUid) throw new AppError('illegal_parameter')
    for (const party of [uid, friendUid]) {
      if ((await users.require(party)).account_state !== 'normal') throw new AppError('user_not_found')
    }
    if (await friends.are(uid, friendUid)) return false
    await replaceRequest(db, { from: uid, to: friendUid, postscript, at: clock() })
    publish(`user-${friendUid}`, 'friendApply', { uid: String(uid) })
    return true
  }

  /**
   * Accepts a request: the two become friends (`addFriend` to both) and the one who accepts greets the other. Tells the
   * caller's devices.
   * @returns false when it was accepted before
   * @throws AppError account_disabled, record_not_found, already_decided, user_not_found (the applicant is gone)
   */
  async agree(uid: number, nid: number): Promise<boolean> {
    const request = await this.#requireOpen(uid, nid, 'agree')
    if (!request) return false
    const connected = await this.#parts.friends.befriend(uid, request.from_uid, nid)
    if (connected === 'decided') return this.#wasDecided(uid, nid, 'agree')
    this.#tellDecision(request, 'agree')
    if (connected === 'new') await this.#greet(uid, request.from_uid)
    return true
  }

  /**
   * Declines a request. Who asked hears nothing; the caller's devices do.
   * @returns false when it was declined before
   * @throws AppError account_disabled, record_not_found, already_decided
   */
  async refuse(uid: number, nid: number): Promise<boolean> {
    const request = await this.#requireOpen(uid, nid, 'refuse')
    if (!request) return false
    if (!(await refuseRequest(this.#parts.db, nid))) return this.#wasDecided(uid, nid, 'refuse')
    this.#tellDecision(request, 'refuse')
    return true
  }

  /** The requests that a user received, newest first; those whose sender is gone are left out. */
  async list(uid: number, limit: number): Promise<FriendRequestRow[]> {
    const requests = await listRequests(this.#parts.db, uid, limit)
    const senders = await this.#parts.users.findMany(requests.map(({ from_uid }) => from_uid))
    return requests.flatMap((request) => {
      const sender = senders.get(request.from_uid)
      return sender ? [rowOf(request, sender)] : []
    })
  }

  /** One request that the user received; `{}` when there is none, or its sender is gone. */
  async detail(uid: number, nid: number): Promise<RequestDetail> {
    const request = await findRequest(this.#parts.db, uid, nid)
    const sender = request && (await this.#parts.users.find(request.from_uid))
    return sender ? { ...rowOf(request, sender), username: sender.username } : {}
  }

  /** The request while it is open; undefined when the same decision was taken before. */
  async #requireOpen(
    uid: number,
    nid: number,
    decision: 'agree' | 'refuse',
  ): Promise<FriendRequest | undefined> {
    await this.#parts.users.requireActive(uid)
    const request = await findRequest(this.#parts.db, uid, nid)
    if (!request) throw new AppError('record_not_found')
    if (request.operation === 'not_operated') return request
    if (request.operation === decision) return undefined
    throw new AppError('already_decided')
  }

  /** Another device of the user was faster: its decision is what counts. */
  async #wasDecided(uid: number, nid: number, decision: 'agree' | 'refuse'): Promise<false> {
    await this.#requireOpen(uid, nid, decision)
    return false
  }

  #tellDecision({ nid, from_uid, to_uid }: FriendRequest, operation: 'agree' | 'refuse'): void {
    const event = { nid, uid: String(from_uid), operation }
    this.#parts.publish(`user-${to_uid}`, 'friendApplyUpdate', event)
  }

  async #greet(fromUid: number, toUid: number): Promise<void> {
    try {
      await this.#parts.greet(fromUid, toUid)
    } catch (error) {
      // Private chats may be switched off: the two are friends all the same.
      if (!(error instanceof AppError)) log.warn({ err: error, from: fromUid }, 'greeting_failed')
    }
  }
}

const rowOf = (request: FriendRequest, sender: Account): FriendRequestRow => ({
  nid: request.nid,
  from: request.from_uid,
  to: request.to_uid,
  type: 'add_friend',
  data: JSON.stringify({ postscript: request.postscript }),
  operation: request.operation,
  timestamp: toSeconds(request.created_at),
  nickname: sender.nickname,
  avatar: pictureOf(sender),
})
