import { AppError, REVOKED_TEXT } from '@parley/contract'
import type { Clock } from '../../clock.ts'
import type { Database, Message } from '../../storage/index.ts'
import { type ChatAddress, DELETED, type Publish, REVOKED } from '../conversations/index.ts'
import type { Groups } from '../groups/index.ts'
import type { Settings } from '../settings/index.ts'
import type { Users } from '../users/index.ts'
import { type Chats, chatChannels, type OwnChat } from './chats.ts'

interface Dependencies {
  db: Database
  publish: Publish
  clock: Clock
  settings: Settings
  users: Users
  groups: Groups
  chats: Chats
}

/** Taking messages back: revoking, deleting for oneself, deleting for everybody. */
export class Removal {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Revokes a message: it becomes a notice for everybody, its text is gone from quotes, too. Own messages, and any of
   * a group by its owner, within `revoke_seconds`.
   * @throws AppError message_not_found, revoke_too_late, illegal_operation, and the chat's errors
   */
  async revoke(uid: number, address: ChatAddress, mid: number): Promise<void> {
    const { clock, settings, publish } = this.dependencies
    const chat = await this.#speakingChat(uid, address)
    const message = await this.#find(chat.conversationId, mid)
    if (message.sub_type === 'notice') throw new AppError('message_not_found')
    const seconds = settings.number('revoke_seconds')
    if (seconds > 0 && clock() - message.created_at > seconds * 1000) {
      throw new AppError('revoke_too_late', { minutes: Math.ceil(seconds / 60) })
    }
    if (message.from_uid !== uid && chat.standing.role !== 'owner') throw new AppError('illegal_operation')
    await this.#blank(chat.conversationId, mid, REVOKED)
    const event = { type: address.type, id: String(address.id), mid, uid: String(uid) }
    for (const channel of chatChannels(uid, address)) publish(channel, 'revoke', event)
  }

  /**
   * Hides a message from the caller alone; tells only the caller's own devices.
   * @throws AppError account_disabled, message_not_found, not_member
   */
  async deleteForMe(uid: number, address: ChatAddress, mid: number): Promise<void> {
    const { db, publish, users, chats } = this.dependencies
    await users.requireActive(uid)
    const chat = await chats.own(uid, address)
    if (!chat) throw new AppError('message_not_found')
    await this.#find(chat.conversationId, mid)
    await db.write
      .insertInto('hidden_message')
      .values({ uid, mid, conversation_id: chat.conversationId })
      .onConflict((oc) => oc.columns(['uid', 'mid']).doNothing())
      .execute()
    publish(`user-${uid}`, 'message_delete', {
      type: address.type,
      id: String(address.id),
      mid,
      uid: String(uid),
      ty: 1,
    })
  }

  /**
   * Takes a message out of the conversation for everybody: one's own, or any of a group by its owner and managers.
   * @throws AppError message_not_found, illegal_operation, not_member
   */
  async deleteForAll(uid: number, address: ChatAddress, mid: number): Promise<void> {
    const { publish } = this.dependencies
    const chat = await this.#speakingChat(uid, address)
    const message = await this.#find(chat.conversationId, mid)
    const moderates = chat.standing.role !== 'member'
    if (message.from_uid !== uid && !moderates) throw new AppError('illegal_operation')
    await this.#blank(chat.conversationId, mid, DELETED)
    const event = { type: address.type, id: String(address.id), mid, uid: String(uid), ty: 2 as const }
    for (const channel of chatChannels(uid, address)) publish(channel, 'message_delete', event)
  }

  /** The chat of somebody who may change what others see in it: neither disabled nor muted. */
  async #speakingChat(uid: number, address: ChatAddress): Promise<OwnChat> {
    const { users, groups, chats, clock } = this.dependencies
    const caller = await users.require(uid)
    if (address.type === 'friend') {
      await users.require(address.id)
      if (caller.account_state !== 'normal') throw new AppError('account_disabled')
      const chat = await chats.own(uid, address)
      if (!chat) throw new AppError('message_not_found')
      return chat
    }
    if (caller.account_state !== 'normal') throw new AppError('sender_disabled')
    const chat = await chats.inGroup(uid, address.id)
    if (!chat) throw new AppError('not_group_member_revoke')
    if (chat.standing.silenced_until > clock()) throw new AppError('silenced_revoke')
    if ((await groups.require(address.id)).state === 'disabled') throw new AppError('group_disabled')
    return chat
  }

  async #find(conversationId: number, mid: number): Promise<Message> {
    const message = await this.dependencies.db.read
      .selectFrom('message')
      .selectAll()
      .where('mid', '=', mid)
      .where('conversation_id', '=', conversationId)
      .where('removed', '!=', DELETED)
      .executeTakeFirst()
    if (!message) throw new AppError('message_not_found')
    return message
  }

  /** Overwrites the text, and its snapshots in quotes: what was taken back is nowhere to be read, and calls nobody. */
  async #blank(conversation: number, mid: number, removed: typeof REVOKED | typeof DELETED): Promise<void> {
    const content = removed === REVOKED ? REVOKED_TEXT : ''
    await this.dependencies.db.transaction(
      async (tx) => {
        await tx
          .updateTable('message')
          .set({ content, sub_type: 'notice', removed, quote_mid: 0, quote_content: '' })
          .where('mid', '=', mid)
          .execute()
        await tx
          .updateTable('message')
          .set({ quote_content: REVOKED_TEXT })
          .where('quote_mid', '=', mid)
          .execute()
        await tx.deleteFrom('mention').where('mid', '=', mid).execute()
      },
      { conversation },
    )
  }
}
