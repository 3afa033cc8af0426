import { unreadCount } from '@parley/contract'
import { type Clock, toSeconds } from '../../clock.ts'
import { log } from '../../log.ts'
import {
  addressOf,
  type Conversations,
  furthestRead,
  isHidden,
  type Publish,
  type ReadMove,
  type View,
} from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import type { Settings } from '../settings/index.ts'
import { isSubUserPair, type Users } from '../users/index.ts'

interface Dependencies {
  publish: Publish
  clock: Clock
  settings: Settings
  users: Users
  friends: Friends
  conversations: Conversations
}

/**
 * What is told of how a chat stands: to the user's other devices how far it is read and where it is in the list, to the
 * other person of a one-to-one chat how far it is read.
 */
export class ChatState {
  constructor(private readonly dependencies: Dependencies) {}

  /** Pushes `chatUpdate` to the user's own devices. */
  tellArranged(view: View): void {
    const { type, id } = addressOf(view)
    this.dependencies.publish(`user-${view.uid}`, 'chatUpdate', {
      type,
      id: String(id),
      top: view.pinned === 1 ? 1 : 0,
      muted: view.muted === 1 ? 1 : 0,
      hidden: isHidden(view) ? 1 : 0,
      last_seq: view.last_seq,
      ...(view.cleared_seq > 0 ? { cleared_seq: view.cleared_seq } : {}),
    })
  }

  /**
   * Pushes `read` to the user's own devices and, when they came further in a one-to-one chat, to the other person. A move
   * past notices alone is nothing that anybody sees. The position is on disk: a failure is logged and fails nothing.
   */
  async tellRead({ from, to }: ReadMove): Promise<void> {
    if (to.counted === from.read_counted) return
    const { publish, clock } = this.dependencies
    const { type, id } = addressOf(from)
    const [uid, timestamp] = [String(from.uid), toSeconds(clock())]
    const own = { type, id: String(id), uid, seq: to.seq, timestamp }
    publish(`user-${uid}`, 'read', { ...own, unread_count: unreadCount(from.counted - to.counted) })
    const isNews = to.counted > from.read_counted && to.seq > furthestRead(from)
    if (type !== 'friend' || !isNews) return
    try {
      if (await this.#mayKnow(from)) publish(`user-${id}`, 'read', { ...own, id: uid })
    } catch (error) {
      log.error({ uid: from.uid, error: String(error) }, 'read_position_not_told')
    }
  }

  /** How far the other person of a one-to-one chat has read (a seq); 0 when that is not for the user to know. */
  async readByOther(uid: number, otherUid: number): Promise<number> {
    const { conversations } = this.dependencies
    const conversationId = await conversations.direct(uid, otherUid)
    const view = conversationId === undefined ? undefined : await conversations.view(conversationId, otherUid)
    return view && (await this.#mayKnow(view)) ? furthestRead(view) : 0
  }

  /**
   * Whether the other person of a one-to-one chat may know how far its user has read: neither has switched it off, and
   * they are friends, or strangers who may talk and whose chat the user has in the list.
   */
  async #mayKnow(view: View): Promise<boolean> {
    const { settings, users, friends } = this.dependencies
    if (!settings.on('private_chat')) return false
    const [reader, other] = await Promise.all([users.find(view.uid), users.find(addressOf(view).id)])
    if (reader?.read_receipts !== 1 || other?.read_receipts !== 1) return false
    if (await friends.are(reader.uid, other.uid)) return true
    return !isHidden(view) && (settings.on('stranger_chat') || isSubUserPair(reader, other))
  }
}
