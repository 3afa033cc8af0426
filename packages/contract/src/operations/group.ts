import { z } from 'zod'
import {
  atLeastOne,
  binary,
  chatState,
  excludeList,
  flag,
  id,
  idList,
  integer,
  integerOr,
  nothing,
  optionalFlag,
  optionalIdList,
  optionalInteger,
  optionalPicture,
  optionalSeconds,
  optionalText,
  picture,
  text,
  textOrAbsent,
  trimmedText,
} from '../fields.ts'
import { declare } from '../operation.ts'
import { Bit, GroupInfo, GroupInvitation, GroupMember } from '../shapes.ts'

const members = () => idList(500)

/** Makes a group of the caller and `members`. Pushes `addGroup` to each of them. */
export const groupCreate = declare({
  path: 'group/create',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '创建群组', en: 'Create a group' },
  input: z.object({
    members: optionalIdList(500),
    groupname: trimmedText(0, 60).optional(),
    avatar: optionalPicture(),
  }),
  // The gid is text here and here only, as the document shows.
  output: z.object({ gid: z.string(), groupname: z.string(), avatar: z.string() }),
})

/** Dissolves a group of the caller. Pushes `removeGroup`. */
export const groupDelete = declare({
  path: 'group/delete',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '删除群组', en: 'Dissolve a group' },
  input: z.object({ gid: id() }),
  output: nothing(),
})

/** Brings people into a group of the caller. */
export const groupMemberAdd = declare({
  path: 'group/memberadd',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '邀请人加入群', en: 'Add people to a group' },
  input: z.object({ gid: id(), members: members(), not_change_avatar: optionalFlag() }),
  output: nothing(),
})

/** Joins a group, with the `token` of its QR code unless the caller is a server key or `group_join` is `open`. */
export const groupJoin = declare({
  path: 'group/join',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '加入群组', en: 'Join a group' },
  input: z.object({ gid: id(), token: textOrAbsent(500) }),
  output: nothing(),
})

/**
 * Parley: what an invitation (the `token` of a group's QR code) leads to, for somebody who is asked whether to join. Obeys
 * the same rules as joining. `is_member` 1: the caller is in already.
 */
export const groupInvitation = declare({
  path: 'group/invitation',
  method: 'GET',
  allow: 'user',
  tag: 'group',
  summary: { zh: '查看群邀请', en: 'Look at an invitation into a group' },
  input: z.object({ gid: id(), token: textOrAbsent(500) }),
  output: GroupInvitation,
})

/**
 * Members by uid, in the order of joining, after the place `index`. With `pinyin` they are grouped by the first
 * letter of their names. With `search` only those come whose nickname, or what the caller calls them, contains it, also
 * in pinyin (`xls` and `laoshu` find 小老鼠); pages go on in the same way.
 */
export const groupMembers = declare({
  path: 'group/members',
  method: 'GET',
  allow: 'user',
  tag: 'group',
  summary: { zh: '获得群成员', en: 'List the members of a group' },
  input: z.object({
    gid: id(),
    index: integerOr(0, Number.MAX_SAFE_INTEGER, 0),
    limit: integerOr(1, 100, 32),
    pinyin: optionalFlag(),
    exclude: excludeList(500),
    /** Parley. */
    search: textOrAbsent(60),
  }),
  output: z.union([
    z.record(z.string(), GroupMember),
    z.record(z.string(), z.record(z.string(), GroupMember)),
  ]),
})

/** Removes people from a group of the caller. */
export const groupMemberDel = declare({
  path: 'group/memberdel',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '删除群成员', en: 'Remove members from a group' },
  input: z.object({ gid: id(), members: members(), not_change_avatar: optionalFlag() }),
  output: nothing(),
})

/** A group: the row alone (`simple` 1), or with up to 15 members. */
export const groupDetail = declare({
  path: 'group/detail',
  method: 'GET',
  allow: 'user',
  tag: 'group',
  summary: { zh: '群组详情', en: 'Get a group' },
  input: z.object({ gid: id(), simple: optionalFlag(), at: optionalFlag() }),
  output: z.union([
    z.object({
      info: GroupInfo,
      members: z.record(
        z.string(),
        z.object({ uid: z.int(), avatar: z.string(), nickname: z.string(), remark: z.string() }),
      ),
    }),
    GroupInfo,
  ]),
})

/** Sets the caller's own name for a group; empty removes it. Pushes `remark` to the caller's devices. */
export const groupRemark = declare({
  path: 'group/remark',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '设置群组备注', en: 'Set a group’s remark' },
  // Its limit is 255 bytes and has its own error, so the handler checks it.
  input: z.object({ gid: id(), remark: text(0, 2000) }),
  output: nothing(),
})

/** Makes a member a manager (`value` 1), or an ordinary member again (0). */
export const groupManager = declare({
  path: 'group/manager',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '设置或取消管理员', en: 'Appoint or dismiss a manager' },
  input: z.object({ gid: id(), uid: id(), value: flag() }),
  output: nothing(),
})

/** Whether a member is a manager (the owner counts as one). The document says `POST`; both are answered. */
export const groupIsManager = declare({
  path: 'group/ismanager',
  method: 'GET',
  allow: 'user',
  tag: 'group',
  summary: { zh: '判断是否是管理员', en: 'Ask whether somebody is a manager' },
  input: z.object({ gid: id(), uid: id() }),
  output: z.object({ is_manager: Bit }),
})

/**
 * Mutes a member until `time`: a Unix time in seconds, or a number of seconds from now when it is too small to be
 * one; 0 or a time that has passed lets them speak again.
 */
export const groupForbiddenUser = declare({
  path: 'group/forbiddenuser',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '禁言群里的某个用户', en: 'Mute a member' },
  input: z.object({ gid: id(), uid: id(), time: integer(0, 99_999_999_999) }),
  output: nothing(),
})

/** Mutes everybody but the owner and the managers (`value` 1), or ends that (0). */
export const groupForbiddenAll = declare({
  path: 'group/forbiddenall',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '全体禁言', en: 'Mute everybody' },
  input: z.object({ gid: id(), value: flag() }),
  output: nothing(),
})

/** `group/forbiddenall` with `value` 1, as old clients call it. */
export const groupForbiddenGroup = declare({
  path: 'group/forbiddengroup',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '开启全体禁言（旧版接口）', en: 'Mute everybody (old clients)' },
  input: z.object({ gid: id() }),
  output: nothing(),
})

/** `group/forbiddenall` with `value` 0, as old clients call it. */
export const groupChattingGroup = declare({
  path: 'group/chattinggroup',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '解除全体禁言（旧版接口）', en: 'Unmute everybody (old clients)' },
  input: z.object({ gid: id() }),
  output: nothing(),
})

/** Leaves a group. An owner hands it to the longest-standing manager, else member; the last one dissolves it. */
export const groupLeave = declare({
  path: 'group/leave',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '退出群组', en: 'Leave a group' },
  input: z.object({ gid: id() }),
  output: nothing(),
})

/**
 * Changes the caller's view of a group chat. `top`, `muted` and `unread_count` are Parley's own. Pushes `chatUpdate` and
 * `read` to the caller's devices.
 */
export const groupMemberUpdate = declare({
  path: 'group/memberupdate',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '更新用户对应群组信息', en: 'Update one’s view of a group' },
  input: atLeastOne(
    z.object({
      gid: id(),
      state: chatState().optional(),
      last_read_time: optionalSeconds(),
      unread_count: optionalInteger(0, 1_000_000),
      top: optionalFlag(),
      muted: optionalFlag(),
    }),
    ['state', 'last_read_time', 'unread_count', 'top', 'muted'],
  ),
  output: nothing(),
})

/** Changes a group of the caller. `state` counts with a server key only. Pushes `updateGroup`. */
export const groupUpdate = declare({
  path: 'group/update',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '更新群组信息', en: 'Update a group' },
  input: atLeastOne(
    z.object({
      gid: id(),
      groupname: trimmedText(1, 60).optional(),
      avatar: optionalPicture(),
      announcement: optionalText(1000),
      state: z.enum(['normal', 'disabled']).optional(),
    }),
    ['groupname', 'avatar', 'announcement', 'state'],
  ),
  output: nothing(),
})

/** Changes the picture of a group, as old clients call it. */
export const groupGuaUpdate = declare({
  path: 'group/guaUpdate',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '更换群头像（旧版接口）', en: 'Change a group’s picture (old clients)' },
  input: z.object({ gid: id(), avatar: picture() }),
  output: nothing(),
})

/** Hands a group of the caller to one of its members. */
export const groupTransfer = declare({
  path: 'group/transfer',
  method: 'POST',
  allow: 'user',
  tag: 'group',
  summary: { zh: '转让群主', en: 'Hand a group over' },
  input: z.object({ gid: id(), uid: id() }),
  output: nothing(),
})

/** The picture of a group, composed from those of the first nine users in `uid`. */
export const groupAvatar = declare({
  path: 'group/avatar',
  method: 'GET',
  allow: 'public',
  tag: 'group',
  summary: { zh: '群头像图片', en: 'Picture of a group' },
  input: z.object({ uid: idList(100) }),
  output: binary(),
  answer: 'binary',
  socket: false,
})
