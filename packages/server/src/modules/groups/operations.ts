import {
  groupAvatar,
  groupChattingGroup,
  groupCreate,
  groupDelete,
  groupDetail,
  groupForbiddenAll,
  groupForbiddenGroup,
  groupForbiddenUser,
  groupGuaUpdate,
  groupInvitation,
  groupIsManager,
  groupJoin,
  groupLeave,
  groupManager,
  groupMemberAdd,
  groupMemberDel,
  groupMembers,
  groupMemberUpdate,
  groupRemark,
  groupTransfer,
  groupUpdate,
} from '@parley/contract'
import { type Call, implement, type Operation } from '../../operation.ts'
import type { GroupAvatars } from './avatars.ts'
import type { GroupLifecycle } from './lifecycle.ts'
import type { GroupMembers } from './members.ts'
import type { GroupOffices } from './offices.ts'
import type { GroupProfiles } from './profile.ts'
import type { GroupRoster } from './roster.ts'
import type { GroupSilencing } from './silencing.ts'

/** Browsers ask again after an hour: members change their pictures without the address changing. */
const AVATAR_CACHE = 'public, max-age=3600'

/** The services behind the operations under `group/`. */
export interface GroupServices {
  lifecycle: GroupLifecycle
  members: GroupMembers
  roster: GroupRoster
  offices: GroupOffices
  profiles: GroupProfiles
  silencing: GroupSilencing
  avatars: GroupAvatars
}

/** For a group that is not there, several operations succeed with this message (protocol, 1.5). */
const ABSENT = { zh: '记录不存在', en: 'There is no such record' }

const sayIfAbsent = ({ answer }: Call, found: boolean): void => {
  if (!found) answer.say(ABSENT)
}

/** The operations under `group/`. */
export const groupOperations = (services: GroupServices): Operation[] => [
  ...membershipOperations(services),
  ...lookingOperations(services),
  ...leadingOperations(services),
]

function membershipOperations({ lifecycle, members }: GroupServices): Operation[] {
  return [
    implement(groupCreate, async ({ actor }, input) => {
      const { gid, groupname, avatar } = await lifecycle.create(actor, input)
      return { gid: String(gid), groupname, avatar }
    }),
    implement(groupDelete, async (call, { gid }) => {
      sayIfAbsent(call, await lifecycle.dissolve(call.actor, gid))
    }),
    implement(groupMemberAdd, async ({ actor }, { gid, members: uids, not_change_avatar }) => {
      await members.add(actor, gid, uids, not_change_avatar === 1)
    }),
    implement(groupInvitation, ({ actor }, { gid, token }) => members.invitation(actor, gid, token)),
    implement(groupJoin, async ({ actor }, { gid, token }) => {
      await members.join(actor, gid, token)
    }),
    implement(groupMemberDel, async ({ actor }, { gid, members: uids, not_change_avatar }) => {
      await members.remove(actor, gid, uids, not_change_avatar === 1)
    }),
    implement(groupLeave, async ({ actor }, { gid }) => {
      await lifecycle.leave(actor, gid)
    }),
  ]
}

function lookingOperations({ roster, profiles, avatars }: GroupServices): Operation[] {
  return [
    implement(groupMembers, ({ actor }, { pinyin, ...page }) =>
      pinyin === 1 ? roster.membersByInitial(actor, page) : roster.members(actor, page),
    ),
    implement(groupDetail, ({ actor }, { gid, simple }) =>
      simple === 1 ? roster.info(actor, gid) : roster.detail(actor, gid),
    ),
    implement(groupIsManager, async ({ actor }, { gid, uid }) => ({
      is_manager: (await roster.isManager(actor, gid, uid)) ? 1 : 0,
    })),
    implement(groupRemark, async ({ actor }, { gid, remark }) => {
      await profiles.setRemark(actor, gid, remark)
    }),
    implement(groupMemberUpdate, async ({ actor }, { gid, state, top, muted, ...reading }) => {
      await profiles.changeView(actor, gid, {
        ...(state === undefined ? {} : { hidden: state === 'hidden' }),
        ...(top === undefined ? {} : { pinned: top }),
        ...(muted === undefined ? {} : { muted }),
        lastReadSeconds: reading.last_read_time,
        unread: reading.unread_count,
      })
    }),
    implement(groupAvatar, async (_, { uid }) => ({ ...(await avatars.draw(uid)), cache: AVATAR_CACHE })),
  ]
}

function leadingOperations({ offices, profiles, silencing }: GroupServices): Operation[] {
  const silenceAll = async (call: Call, gid: number, silent: boolean) => {
    sayIfAbsent(call, await silencing.silenceAll(call.actor, gid, silent))
  }
  return [
    implement(groupManager, async ({ actor }, { gid, uid, value }) => {
      await offices.setManager(actor, gid, uid, value === 1)
    }),
    implement(groupTransfer, async ({ actor }, { gid, uid }) => {
      await offices.transfer(actor, gid, uid)
    }),
    implement(groupUpdate, async (call, { gid, ...patch }) => {
      sayIfAbsent(call, await profiles.update(call.actor, gid, patch))
    }),
    implement(groupGuaUpdate, async (call, { gid, avatar }) => {
      sayIfAbsent(call, await profiles.update(call.actor, gid, { avatar }))
    }),
    implement(groupForbiddenUser, async ({ actor }, { gid, uid, time }) => {
      await silencing.silence(actor, gid, uid, time)
    }),
    implement(groupForbiddenAll, (call, { gid, value }) => silenceAll(call, gid, value === 1)),
    implement(groupForbiddenGroup, (call, { gid }) => silenceAll(call, gid, true)),
    implement(groupChattingGroup, (call, { gid }) => silenceAll(call, gid, false)),
  ]
}
