import { AppError, groupChannel } from '@parley/contract'
import type { Database, Group } from '../../storage/index.ts'
import type { Publish } from '../conversations/index.ts'
import { type Account, pictureOf, type Users } from '../users/index.ts'
import type { Groups } from './groups.ts'
import { makeOwner } from './memberships.ts'
import { type Notices, noticeText } from './notices.ts'
import type { Caller } from './rights.ts'

interface Dependencies {
  db: Database
  users: Users
  groups: Groups
  notices: Notices
  publish: Publish
}

/** Who leads a group: its owner and the managers whom the owner appoints. */
export class GroupOffices {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Makes a member a manager, or an ordinary member again. Only the owner may, and not with themselves.
   * @throws AppError account_disabled, group_gone, illegal_operation, illegal_parameter, not_member
   */
  async setManager(caller: Caller, gid: number, uid: number, manager: boolean): Promise<void> {
    const { db, groups, users, notices } = this.dependencies
    const { group, owner } = await this.#requireOwner(caller, gid)
    if (uid === owner.uid) throw new AppError('illegal_parameter')
    const standing = await groups.standing(gid, uid)
    if (!standing) throw new AppError('not_member')
    const role = manager ? 'manager' : 'member'
    if (standing.role === role) return
    const { numUpdatedRows } = await db.write
      .updateTable('membership')
      .set({ role })
      .where('conversation_id', '=', group.conversation_id)
      .where('uid', '=', uid)
      .where('role', '!=', 'owner')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new AppError('not_member')
    groups.forgetStandings(group, [uid])
    const person = await users.require(uid)
    const text = manager ? noticeText.appointed(owner, person) : noticeText.dismissed(owner, person)
    await notices.post(group, owner, text, { fromAvatar: pictureOf(owner) })
  }

  /**
   * Hands a group to one of its members; the old owner becomes an ordinary member.
   * @throws AppError account_disabled, group_gone, illegal_operation, illegal_parameter (to oneself), not_member
   */
  async transfer(caller: Caller, gid: number, uid: number): Promise<void> {
    const { db, groups, users, notices, publish } = this.dependencies
    const { group, owner } = await this.#requireOwner(caller, gid)
    if (uid === owner.uid) throw new AppError('illegal_parameter')
    if (!(await groups.isMember(gid, uid))) throw new AppError('not_member')
    const heir = await users.requireActive(uid)
    await db.transaction(
      async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('membership')
          .set({ role: 'member' })
          .where('conversation_id', '=', group.conversation_id)
          .where('uid', '=', owner.uid)
          .where('role', '=', 'owner')
          .executeTakeFirst()
        if (numUpdatedRows === 0n) throw new AppError('illegal_operation')
        await makeOwner(tx, group, uid)
      },
      { conversation: group.conversation_id },
    )
    groups.forgetStandings(group, [owner.uid, uid])
    groups.forget(gid)
    await notices.post(group, owner, noticeText.transferred(owner, heir), {
      fromAvatar: pictureOf(owner),
      first: () => publish(groupChannel(gid), 'updateGroup', { gid, uid }),
    })
  }

  async #requireOwner(caller: Caller, gid: number): Promise<{ group: Group; owner: Account }> {
    const { groups, users } = this.dependencies
    const owner = await users.requireActive(caller.uid)
    const group = await groups.requireOpen(gid)
    if ((await groups.standing(gid, owner.uid))?.role !== 'owner') throw new AppError('illegal_operation')
    return { group, owner }
  }
}
