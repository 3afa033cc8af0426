import { AppError, groupChannel, userChannel } from '@parley/contract'
import type { Database, Group } from '../../storage/index.ts'
import type { Conversations, Publish, ViewChange } from '../conversations/index.ts'
import { type Account, pictureOf, type Users } from '../users/index.ts'
import type { Groups } from './groups.ts'
import { composedFor } from './memberships.ts'
import { type Notices, noticeText } from './notices.ts'
import type { Caller } from './rights.ts'

const REMARK_BYTES_MAX = 255
const SECOND_MS = 1000

/** What may be changed of a group; absent fields stay. */
export interface GroupPatch {
  groupname?: string
  /** Empty goes back to the composed picture. */
  avatar?: string
  announcement?: string
  /** Counts only with a server key. */
  state?: 'normal' | 'disabled'
}

/** What a member may change of their own view of a group chat; absent fields stay. */
export interface OwnView extends Pick<ViewChange, 'hidden' | 'pinned' | 'muted'> {
  /** Unix time in seconds. */
  lastReadSeconds?: number
  /** Marks so many messages as unread. */
  unread?: number
}

type Changes = Partial<Pick<Group, 'groupname' | 'avatar' | 'announcement' | 'state'>>

interface Dependencies {
  db: Database
  users: Users
  conversations: Conversations
  groups: Groups
  notices: Notices
  publish: Publish
}

/** What a group is called and looks like: for everybody, and for one member alone. */
export class GroupProfiles {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Changes a group. The owner may; managers may change the announcement. `state` is the site's alone: a session's is
   * ignored, so no owner can undo what an administrator has disabled.
   * @returns false when there is no such group
   * @throws AppError account_disabled, illegal_operation, group_disabled
   */
  async update(caller: Caller, gid: number, { state, ...patch }: GroupPatch): Promise<boolean> {
    const { db, users, groups } = this.dependencies
    const actor = await users.requireActive(caller.uid)
    const group = await groups.find(gid)
    if (!group) return false
    const siteState = caller.kind === 'server' ? state : undefined
    const role = (await groups.standing(gid, actor.uid))?.role
    const onlyState = Object.values(patch).every((value) => value === undefined)
    const onlyAnnouncement = patch.groupname === undefined && patch.avatar === undefined && !onlyState
    const leading = role === 'owner' || (role === 'manager' && onlyAnnouncement)
    if (!leading && !(onlyState && siteState !== undefined)) throw new AppError('illegal_operation')
    if ((siteState ?? group.state) === 'disabled' && !onlyState) throw new AppError('group_disabled')

    const changes = await this.#differences(group, { ...patch, state: siteState })
    if (Object.keys(changes).length === 0) return true
    const { numUpdatedRows } = await db.write
      .updateTable('chat_group')
      .set(changes)
      .where('gid', '=', gid)
      .$if(siteState === undefined, (query) => query.where('state', '!=', 'disabled'))
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new AppError('group_disabled')
    groups.forget(gid)
    await this.#announce(group, changes, actor, role === 'manager' ? 'manager' : 'owner')
    return true
  }

  /**
   * Sets the caller's own name for a group; '' removes it. Tells the caller's devices.
   * @throws AppError account_disabled, not_member, remark_too_long
   */
  async setRemark(caller: Caller, gid: number, remark: string): Promise<void> {
    const conversationId = await this.#ownConversation(caller, gid)
    if (Buffer.byteLength(remark) > REMARK_BYTES_MAX) throw new AppError('remark_too_long')
    await this.dependencies.conversations.changeView(conversationId, caller.uid, { remark })
    this.dependencies.publish(userChannel(caller.uid), 'remark', { type: 'group', id: String(gid), remark })
  }

  /**
   * Changes the caller's view of a group chat.
   * @throws AppError account_disabled, not_member
   */
  async changeView(
    caller: Caller,
    gid: number,
    { lastReadSeconds, unread, ...view }: OwnView,
  ): Promise<void> {
    const { conversations } = this.dependencies
    const conversationId = await this.#ownConversation(caller, gid)
    if (lastReadSeconds !== undefined) {
      // Messages carry whole seconds: who names a message's time has read all of that second.
      const timeMs = lastReadSeconds * SECOND_MS + SECOND_MS - 1
      await conversations.setReadTime(conversationId, caller.uid, timeMs)
    }
    if (unread !== undefined) await conversations.setUnread(conversationId, caller.uid, unread)
    await conversations.changeView(conversationId, caller.uid, view)
  }

  async #ownConversation(caller: Caller, gid: number): Promise<number> {
    const { users, groups } = this.dependencies
    await users.requireActive(caller.uid)
    const group = await groups.find(gid)
    if (!group || !(await groups.isMember(gid, caller.uid))) throw new AppError('not_member')
    return group.conversation_id
  }

  /** The fields that would really change, with their new values. */
  async #differences(group: Group, patch: Changes): Promise<Changes> {
    const avatar =
      patch.avatar === '' ? await composedFor(this.dependencies.db.read, group.conversation_id) : patch.avatar
    const entries = Object.entries({ ...patch, avatar }) as Array<[keyof Changes, string | undefined]>
    return Object.fromEntries(entries.filter(([name, value]) => value !== undefined && value !== group[name]))
  }

  /** One notice for each change that people see, each under the group's old name and picture. */
  async #announce(group: Group, changes: Changes, actor: Account, role: 'owner' | 'manager'): Promise<void> {
    const { publish, notices } = this.dependencies
    const { gid } = group
    const { groupname, avatar, announcement } = changes
    const texts = [
      groupname === undefined ? [] : noticeText.renamed(actor, groupname),
      avatar === undefined ? [] : noticeText.pictureChanged(actor),
      announcement === undefined ? [] : noticeText.announced(actor, role, announcement),
    ].flat()
    const tell = () => {
      // `name` is what old clients call it in their list of chats.
      const renamed = groupname === undefined ? {} : { name: groupname }
      publish(groupChannel(gid), 'updateGroup', { ...updateOf(group, changes), ...renamed })
    }
    if (texts.length === 0) return tell()
    for (const [index, text] of texts.entries()) {
      await notices.post(group, actor, text, {
        fromAvatar: pictureOf(actor),
        first: index === 0 ? tell : undefined,
      })
    }
  }
}

/** The event for a change: name and picture always, the rest when it changed. */
const updateOf = (group: Group, changes: Changes) => ({
  gid: group.gid,
  avatar: changes.avatar ?? group.avatar,
  groupname: changes.groupname ?? group.groupname,
  ...(changes.announcement === undefined ? {} : { announcement: changes.announcement }),
  ...(changes.state === undefined ? {} : { state: changes.state }),
})
