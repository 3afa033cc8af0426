import { LRUCache } from 'lru-cache'
import type { Database } from '../../storage/index.ts'
import { type Account, isSubUserPair, type ProfileRules, type Users } from '../users/index.ts'
import type { Friends } from './friends.ts'
import { managedBy, openRequestsFrom } from './repository.ts'

/** How long somebody who was found by name may be opened by uid: old clients do so right after a search. */
const FOUND_MS = 10 * 60_000
const FOUND_ENTRIES_MAX = 50_000

interface Dependencies {
  db: Database
  users: Users
  friends: Friends
  settings: { on(name: 'member_detail'): boolean }
}

/**
 * Who may open whose profile by uid. With the setting `member_detail` on, everybody; the document leaves open what
 * it means when off (protocol 7.44). Here it then stops people from working through the members of a group: a user
 * opens only themselves, friends, members (`is_member`, who offer their service to all), their parent or sub-users,
 * people whose request to them is open, people in a group that they own or manage, and whom they found by the exact
 * name within the last ten minutes.
 */
export class Profiles implements ProfileRules {
  readonly #parts: Dependencies
  readonly #found = new LRUCache<string, true>({ max: FOUND_ENTRIES_MAX, ttl: FOUND_MS })

  constructor(parts: Dependencies) {
    this.#parts = parts
  }

  remarkOf(uid: number, friendUid: number): Promise<string | undefined> {
    return this.#parts.friends.remarkOf(uid, friendUid)
  }

  async hasAsked(uid: number, otherUid: number): Promise<boolean> {
    return (await openRequestsFrom(this.#parts.db, otherUid, [uid])).length > 0
  }

  found(viewerUid: number, uid: number): void {
    // Otherwise nobody asks for it: searching would only fill the memory.
    if (!this.#parts.settings.on('member_detail')) this.#found.set(`${viewerUid}:${uid}`, true)
  }

  async openable(viewerUid: number, accounts: readonly Account[]): Promise<ReadonlySet<number>> {
    if (this.#parts.settings.on('member_detail')) return new Set(accounts.map(({ uid }) => uid))
    const viewer = await this.#parts.users.requireActive(viewerUid)
    const isOpen = (account: Account) =>
      account.uid === viewerUid ||
      account.is_member === 1 ||
      isSubUserPair(viewer, account) ||
      this.#found.has(`${viewerUid}:${account.uid}`)
    const allowed = new Set(accounts.filter(isOpen).map(({ uid }) => uid))
    await this.#addRelated(allowed, viewerUid, accounts)
    return allowed
  }

  /** Adds those who are open because of what the database knows of the two. */
  async #addRelated(allowed: Set<number>, viewerUid: number, accounts: readonly Account[]): Promise<void> {
    const { db, friends } = this.#parts
    const others = accounts.map(({ uid }) => uid).filter((uid) => !allowed.has(uid))
    if (others.length === 0) return
    for (const uid of (await friends.remarksOf(viewerUid, others)).keys()) allowed.add(uid)
    for (const uid of await openRequestsFrom(db, viewerUid, others)) allowed.add(uid)
    for (const uid of await managedBy(db, viewerUid, others)) allowed.add(uid)
  }
}
