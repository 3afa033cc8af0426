import { AppError, type ContactTree } from '@parley/contract'
import type { Clock } from '../../clock.ts'
import { type Database, ReadCache } from '../../storage/index.ts'
import type { Conversations, Publish } from '../conversations/index.ts'
import { type Account, batched, pictureOf, type Users } from '../users/index.ts'
import { friendTree, temporaryTree } from './contacts.ts'
import {
  type Connected,
  countOpenRequests,
  deleteFriendship,
  friendUids,
  insertFriendship,
  readRemarks,
  updateRemark,
} from './repository.ts'

/** How many directions of friendship (and of its absence) are kept in memory. */
const CACHE_ENTRIES_MAX = 200_000
const REMARK_BYTES_MAX = 255

interface Dependencies {
  db: Database
  users: Users
  conversations: Conversations
  invalidations: ConstructorParameters<typeof ReadCache>[3]
  publish: Publish
  clock: Clock
}

/** Who is friends with whom, and what they call each other. */
export class Friends {
  readonly #db: Database
  readonly #users: Users
  readonly #conversations: Conversations
  readonly #publish: Publish
  readonly #clock: Clock
  readonly #remarks: ReadCache<string, string | undefined>

  constructor({ db, users, conversations, invalidations, publish, clock }: Dependencies) {
    this.#db = db
    this.#users = users
    this.#conversations = conversations
    this.#publish = publish
    this.#clock = clock
    const load = batched((keys: readonly string[]) => readRemarks(db, keys))
    this.#remarks = new ReadCache('friendship', CACHE_ENTRIES_MAX, load, invalidations)
  }

  /** Whether two users are friends. Nobody is their own friend. */
  async are(a: number, b: number): Promise<boolean> {
    return (await this.remarkOf(a, b)) !== undefined
  }

  /** What `uid` calls a friend ('' when unset); undefined when the two are not friends. */
  remarkOf(uid: number, friendUid: number): Promise<string | undefined> {
    return this.#remarks.get(directionKey(uid, friendUid))
  }

  /** The remarks ('' when unset) of those among `others` who are friends of `uid`. One query for what is not in memory. */
  async remarksOf(uid: number, others: Iterable<number>): Promise<Map<number, string>> {
    const wanted = [...new Set(others)]
    const remarks = await Promise.all(wanted.map((other) => this.remarkOf(uid, other)))
    const known = new Map<number, string>()
    for (const [index, remark] of remarks.entries())
      if (remark !== undefined) known.set(wanted[index]!, remark)
    return known
  }

  /** The uids of all friends. Reads the database: not for every message. */
  uidsOf(uid: number): Promise<number[]> {
    return friendUids(this.#db, uid)
  }

  /** The address book: letter → uid → person. */
  tree(uid: number): Promise<ContactTree> {
    return friendTree({ db: this.#db, users: this.#users }, uid)
  }

  /** The people of the user's temporary chats (not friends), arranged like the address book. */
  temporaryTree(uid: number): Promise<ContactTree> {
    return temporaryTree({ db: this.#db, users: this.#users }, uid)
  }

  /** How many friend requests wait for the user's answer. */
  pendingRequests(uid: number): Promise<number> {
    return countOpenRequests(this.#db, uid)
  }

  /**
   * Makes two users friends, settles the requests between them and opens their chat for both. Pushes `addFriend` to
   * both, unless they were friends already.
   * @param nid the friend request that asks for it; without one nobody is asked
   * @returns `decided`: the request was no longer open, and nothing was changed
   * @throws AppError illegal_parameter (the same user twice), user_not_found
   */
  async befriend(a: number, b: number, nid?: number): Promise<Connected> {
    if (a === b) throw new AppError('illegal_parameter')
    const first = await this.#users.require(a)
    const second = await this.#users.require(b)
    const connected = await insertFriendship(this.#db, a, b, this.#clock(), nid)
    if (connected !== 'new') return connected
    this.#forget(a, b)
    await this.#openChat(a, b)
    this.#publish(`user-${a}`, 'addFriend', contactPayload(second))
    this.#publish(`user-${b}`, 'addFriend', contactPayload(first))
    return connected
  }

  /**
   * Ends a friendship on both sides and hides the chat for both; messages stay. Pushes `removeFriend` to the friend
   * and `friendDelete` to the caller's own devices.
   * People who are no friends are no error, as in the original, and hear nothing.
   * @throws AppError account_disabled
   */
  async part(uid: number, friendUid: number): Promise<void> {
    await this.#users.requireActive(uid)
    const wereFriends = await deleteFriendship(this.#db, uid, friendUid)
    this.#forget(uid, friendUid)
    if (!wereFriends) return
    const conversationId = await this.#conversations.direct(uid, friendUid)
    if (conversationId !== undefined) {
      await this.#conversations.changeView(conversationId, uid, { hidden: true })
      await this.#conversations.changeView(conversationId, friendUid, { hidden: true })
    }
    this.#publish(`user-${friendUid}`, 'removeFriend', { uid: String(uid) })
    this.#publish(`user-${uid}`, 'friendDelete', { uid: String(friendUid) })
  }

  /**
   * Sets the caller's own name for a friend; '' removes it. Tells the caller's devices.
   * @throws AppError illegal_parameter (oneself, or not a friend), account_disabled, user_not_found, remark_too_long
   */
  async setRemark(uid: number, friendUid: number, remark: string): Promise<void> {
    if (uid === friendUid) throw new AppError('illegal_parameter')
    await this.#users.requireActive(uid)
    await this.#users.require(friendUid)
    if (Buffer.byteLength(remark) > REMARK_BYTES_MAX) throw new AppError('remark_too_long')
    const changed = await updateRemark(this.#db, uid, friendUid, remark)
    if (!changed) throw new AppError('illegal_parameter')
    this.#remarks.forget(directionKey(uid, friendUid))
    this.#publish(`user-${uid}`, 'remark', { type: 'friend', id: String(friendUid), remark })
  }

  /** New friends find their chat in the list, also one that was hidden when an earlier friendship ended. */
  async #openChat(a: number, b: number): Promise<void> {
    const conversationId = await this.#conversations.ensureDirect(a, b)
    await this.#conversations.changeView(conversationId, a, { hidden: false })
    await this.#conversations.changeView(conversationId, b, { hidden: false })
  }

  #forget(a: number, b: number) {
    this.#remarks.forget(directionKey(a, b))
    this.#remarks.forget(directionKey(b, a))
  }
}

const directionKey = (uid: number, friendUid: number) => `${uid}:${friendUid}`

const contactPayload = (account: Account) => ({
  uid: account.uid,
  name: account.nickname,
  avatar: pictureOf(account),
})
