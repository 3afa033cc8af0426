import { z } from 'zod'
import {
  atLeastOne,
  flag,
  id,
  idList,
  newPassword,
  nickname,
  nothing,
  optionalFlag,
  optionalId,
  optionalPhone,
  optionalPicture,
  optionalSmsCode,
  optionalText,
  password,
  phone,
  picture,
  textOrAbsent,
  username,
} from '../fields.ts'
import { declare } from '../operation.ts'
import { AccountState, UserDetail, UserSummary } from '../shapes.ts'

/** Makes an account. `POST` works as well and keeps the password out of addresses. */
export const userAdd = declare({
  path: 'user/add',
  method: 'GET',
  allow: 'server',
  tag: 'user',
  summary: { zh: '添加用户', en: 'Add a user' },
  input: z.object({
    username: username(),
    nickname: nickname(),
    avatar: picture(),
    password: password(),
    sign: optionalText(255),
  }),
  output: z.object({ uid: z.int() }),
})

/**
 * One user by `uid` or `username` (one of them is needed; given both, both must fit). `password`, which needs
 * `username`, is honoured for server keys only: anywhere else it would be a way to guess passwords.
 */
export const userGet = declare({
  path: 'user/get',
  method: 'GET',
  allow: 'caller',
  tag: 'user',
  summary: { zh: '获取单个用户信息', en: 'Get a user' },
  input: atLeastOne(
    // An empty password is a wrong one, not an absent one: a backend that checks a sign-in must not let it in.
    z.object({ uid: optionalId(), username: textOrAbsent(200), password: optionalText(128) }),
    ['uid', 'username'],
  ),
  output: UserDetail,
  // As with `user/getbyname`; a uid tells only what its profile shows.
  rate: { name: 'find', by: ['user'], when: 'username' },
})

/** Several users. Unknown uids are left out. */
export const userMultiGet = declare({
  path: 'user/multiGet',
  method: 'GET',
  allow: 'caller',
  tag: 'user',
  summary: { zh: '获取多个用户信息', en: 'Get several users' },
  input: z.object({ uid: idList(500) }),
  output: z.array(UserSummary),
})

/**
 * Changes the caller's profile. `read_receipts` 0 switches read positions off, for both directions. `account_state`,
 * `is_member` and `phone` count with a server key only. Pushes `profile` to the caller's devices and friends.
 */
export const userUpdate = declare({
  path: 'user/update',
  method: 'POST',
  allow: 'user',
  tag: 'user',
  summary: { zh: '更新用户信息', en: 'Update a user' },
  input: atLeastOne(
    z.object({
      nickname: nickname().optional(),
      avatar: optionalPicture(),
      sign: optionalText(255),
      read_receipts: optionalFlag(),
      account_state: AccountState.optional(),
      is_member: optionalFlag(),
      phone: optionalPhone(),
    }),
    ['nickname', 'avatar', 'sign', 'read_receipts', 'account_state', 'is_member', 'phone'],
  ),
  output: nothing(),
})

/** Changes the caller's password and ends their other sessions. */
export const userUpdatePassword = declare({
  path: 'user/updatepassword',
  method: 'POST',
  allow: 'user',
  tag: 'user',
  summary: { zh: '更新用户密码', en: 'Change the password' },
  input: z.object({
    password1: newPassword(),
    password2: password(),
    password_old: password(),
    code: optionalSmsCode(),
  }),
  output: nothing(),
  // The old password must not be guessable from a stolen session.
  rate: { name: 'login', by: ['user'] },
})

/** Sends the SMS code that `user/updatepassword` asks for. */
export const userSendSmsPass = declare({
  path: 'user/send_sms_pass',
  method: 'POST',
  allow: 'user',
  tag: 'user',
  summary: { zh: '发送短信验证码（修改密码）', en: 'Send an SMS code (password change)' },
  input: z.object({ phone: phone(), type: z.enum(['retrieve']) }),
  output: nothing(),
  rate: { name: 'sms', by: ['address', 'field:phone'] },
})

/** A member opens an account below its own. */
export const userOpenUser = declare({
  path: 'user/open_user',
  method: 'POST',
  allow: 'user',
  tag: 'user',
  summary: { zh: '添加下级用户（会员专有）', en: 'Open a sub-user (members only)' },
  input: z.object({
    username: username(),
    nickname: nickname(),
    avatar: optionalPicture(),
    password: newPassword(),
    sign: optionalText(255),
  }),
  output: z.object({ uid: z.int() }),
})

/** The accounts that the caller opened with `user/open_user`. */
export const userSubUsers = declare({
  path: 'user/sub_users',
  method: 'GET',
  allow: 'user',
  tag: 'user',
  summary: { zh: '下级用户列表（会员专有）', en: 'List the sub-users (members only)' },
  input: z.object({}),
  output: z.array(
    UserSummary.extend({
      account_state: AccountState,
      /** Parley: `site`: only the site can enable it again; '' while it is enabled. */
      disabled_by: z.enum(['', 'site', 'parent']),
    }),
  ),
})

/** Disables a sub-user of the caller (`value` 1), or enables it again (0), unless the site has disabled it. */
export const userDisableSubUser = declare({
  path: 'user/disable_sub_user',
  method: 'POST',
  allow: 'user',
  tag: 'user',
  summary: { zh: '禁用或启用下级用户（会员专有）', en: 'Disable or enable a sub-user (members only)' },
  input: z.object({ uid: id(), value: flag() }),
  output: nothing(),
})

/** Sets a new password for a sub-user of the caller and ends its sessions. */
export const userResetSubUser = declare({
  path: 'user/reset_sub_user',
  method: 'POST',
  allow: 'user',
  tag: 'user',
  summary: { zh: '重置下级用户的密码（会员专有）', en: 'Reset a sub-user’s password (members only)' },
  input: z.object({ uid: id(), newpass: newPassword() }),
  output: nothing(),
})

/** `user/get` by uid, as old browser clients call it. */
export const userDetail = declare({
  path: 'user/detail',
  method: 'GET',
  allow: 'caller',
  tag: 'user',
  summary: { zh: '用户资料', en: 'Profile of a user' },
  input: z.object({ uid: id() }),
  output: UserDetail,
})

/** `user/get` by username, or by the number (`nid`) that people tell each other. */
export const userGetByName = declare({
  path: 'user/getbyname',
  method: 'GET',
  allow: 'caller',
  tag: 'user',
  summary: { zh: '按登录名查找用户', en: 'Find a user by username' },
  input: z.object({ username: username() }),
  output: UserDetail,
  // Names and numbers must not be tried one after the other.
  rate: { name: 'find', by: ['user'] },
})

/** `user/get` by uid. */
export const userGetByUid = declare({
  path: 'user/getbyuid',
  method: 'GET',
  allow: 'caller',
  tag: 'user',
  summary: { zh: '按 uid 查找用户', en: 'Find a user by uid' },
  input: z.object({ uid: id() }),
  output: UserDetail,
})
