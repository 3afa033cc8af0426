import { AppError } from '@parley/contract'
import type { ChatAddress, Conversations, Standing } from '../conversations/index.ts'
import type { Groups } from '../groups/index.ts'
import type { Users } from '../users/index.ts'

/** A chat that the caller takes part in. */
export interface OwnChat {
  conversationId: number
  /** The caller's standing; in a one-to-one chat everybody is a plain member. */
  standing: Standing
}

interface Dependencies {
  users: Users
  groups: Groups
  conversations: Conversations
}

/** Finds conversations through the caller's own part in them, so that no operation can forget the check. */
export class Chats {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * The caller's chat with a user or in a group; undefined when a one-to-one chat has not begun (or its other side
   * does not exist).
   * @throws AppError not_member for a group that the caller is not in, whether it exists or not
   */
  async own(uid: number, { type, id }: ChatAddress): Promise<OwnChat | undefined> {
    const { conversations } = this.dependencies
    if (type === 'group') {
      const chat = await this.inGroup(uid, id)
      if (!chat) throw new AppError('not_member')
      return chat
    }
    const conversationId = await conversations.direct(uid, id)
    if (conversationId === undefined) return undefined
    const standing = await conversations.standing(conversationId, uid)
    return standing && { conversationId, standing }
  }

  /** The caller's chat in a group; undefined when there is no such group or they are not in it. */
  async inGroup(uid: number, gid: number): Promise<OwnChat | undefined> {
    const { groups, conversations } = this.dependencies
    const group = await groups.find(gid)
    if (!group) return undefined
    const standing = await conversations.standing(group.conversation_id, uid)
    return standing && { conversationId: group.conversation_id, standing }
  }
}

/** The channels on which a chat's events reach both sides of it, or all members. */
export const chatChannels = (uid: number, { type, id }: ChatAddress): string[] =>
  type === 'group' ? [`group-${id}`] : [`user-${id}`, `user-${uid}`]
