import type { OperationSpec } from '../operation.ts'
import * as admin from './admin.ts'
import * as draft from './draft.ts'
import * as friend from './friend.ts'
import * as group from './group.ts'
import * as login from './login.ts'
import * as message from './message.ts'
import * as pop from './pop.ts'
import * as push from './push.ts'
import * as qrcode from './qrcode.ts'
import * as reply from './reply.ts'
import * as service from './service.ts'
import * as upload from './upload.ts'
import * as user from './user.ts'

export * from './admin.ts'
export * from './draft.ts'
export * from './friend.ts'
export * from './group.ts'
export * from './login.ts'
export * from './message.ts'
export * from './pop.ts'
export * from './push.ts'
export * from './qrcode.ts'
export * from './reply.ts'
export * from './service.ts'
export * from './upload.ts'
export * from './user.ts'

const allByName = {
  ...login,
  ...service,
  ...user,
  ...friend,
  ...group,
  ...message,
  ...draft,
  ...reply,
  ...upload,
  ...qrcode,
  ...pop,
  ...push,
  ...admin,
}

type AnyDeclared = (typeof allByName)[keyof typeof allByName]

/** The declarations by path: what a typed client calls. */
export type OperationsByPath = { [Spec in AnyDeclared as Spec['path']]: Spec }

/** Every operation, in the order of the API reference. */
export const OPERATIONS: readonly OperationSpec[] = Object.values(allByName)

/** The paths that the API document prints, each once, in its order. */
export const DOCUMENTED_PATHS = [
  'service/send_sms',
  'user/send_sms_pass',
  'service/forget_pass',
  'login/join',
  'friend/get_temp_list',
  'message/delete',
  'reply/get',
  'reply/add',
  'reply/update',
  'reply/delete',
  'user/open_user',
  'user/add',
  'user/get',
  'user/multiGet',
  'user/update',
  'user/updatepassword',
  'friend/apply',
  'friend/agree',
  'friend/refuse',
  'friend/add',
  'friend/remark',
  'friend/applylist',
  'friend/getlist',
  'friend/applycount',
  'friend/applydetail',
  'friend/delete',
  'friend/update',
  'group/create',
  'group/delete',
  'group/memberadd',
  'group/join',
  'group/members',
  'group/memberdel',
  'group/detail',
  'group/remark',
  'group/manager',
  'group/ismanager',
  'group/forbiddenuser',
  'group/forbiddenall',
  'group/leave',
  'group/memberupdate',
  'message/send',
  'message/get',
  'message/revoke',
  'message/unreadcount',
  'message/updateLastReadTime',
  'upload/avatar',
  'upload/img',
  'upload/file',
  'qrcode/get',
  'pop/get',
  'pop/delchat',
  'pop/getsetting',
] as const satisfies readonly AnyDeclared['path'][]
