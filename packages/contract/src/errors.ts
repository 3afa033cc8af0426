import type { LocalText } from './operation.ts'

interface ErrorKind extends LocalText {
  /** The number on the wire (`code`). Several kinds share one, as in the original API. */
  readonly code: number
}

/**
 * Every error that an operation can answer with. Codes and Chinese messages are the original's (facts of the
 * protocol) wherever it had them; `{name}` marks a value that is filled in.
 */
export const ERRORS = {
  not_signed_in: { code: -1, zh: '请登录', en: 'Please sign in' },
  key_required: {
    code: -1,
    zh: '未授权：需要服务端密钥或登录令牌',
    en: 'Unauthorised: a server key or a session token is required',
  },
  key_invalid: {
    code: -1,
    zh: '未授权：密钥无效或已撤销',
    en: 'Unauthorised: the key is wrong or was revoked',
  },

  missing_parameter: { code: 1, zh: '缺少参数：{name}', en: 'Missing parameter: {name}' },
  captcha_wrong: { code: 1, zh: '验证码不正确', en: 'The captcha is wrong' },
  sms_code_wrong: { code: 1, zh: '短信验证码不正确或已过期', en: 'The SMS code is wrong or has expired' },

  invalid_parameter: {
    code: 2,
    zh: '参数非法：{name} {expected}',
    en: 'Invalid parameter: {name} {expected}',
  },
  bad_request: { code: 2, zh: '请求无法解析：{reason}', en: 'The request cannot be read: {reason}' },
  illegal_parameter: { code: 2, zh: '参数非法', en: 'Invalid parameter' },
  illegal_operation: { code: 2, zh: '非法请求', en: 'Not allowed' },
  content_empty: { code: 2, zh: '发送内容不能为空', en: 'A message cannot be empty' },
  remark_too_long: { code: 2, zh: '长度不能大于255个字节', en: 'At most 255 bytes' },
  not_group_member: { code: 2, zh: '不是群组成员无法发言', en: 'You are not a member of this group' },
  not_group_member_revoke: {
    code: 2,
    zh: '不是群组成员，无法撤回',
    en: 'You are not a member of this group',
  },
  not_member: { code: 2, zh: '参数非法，不是该群成员', en: 'Not a member of this group' },
  not_member_invite: {
    code: 2,
    zh: '参数非法，非本群人员不得拉人进群',
    en: 'Only members can invite people',
  },
  not_owner: {
    code: 2,
    zh: '参数非法，群不存在或者非群创建人',
    en: 'There is no such group, or it is not yours',
  },
  already_removed: { code: 2, zh: '该用户已经被移出群', en: 'They are no longer in this group' },
  cannot_remove_owner: { code: 2, zh: '参数非法，不能删除创建人自己', en: 'The owner cannot be removed' },
  members_unknown: { code: 2, zh: '参数非法，用户不存在', en: 'There is no such user' },
  group_full: { code: 2, zh: '群成员已达上限（{limit} 人）', en: 'The group is full ({limit} members)' },
  message_too_long: {
    code: 2,
    zh: '消息过长，最多 {limit} 个字符',
    en: 'The message is too long: at most {limit} characters',
  },
  quote_invalid: { code: 2, zh: '引用的消息不存在', en: 'The quoted message does not exist' },
  invite_invalid: { code: 2, zh: '邀请链接无效或已过期', en: 'This invitation is invalid or has expired' },
  passwords_differ: { code: 2, zh: '两次输入的密码不一致', en: 'The two passwords differ' },
  limit_reached: { code: 2, zh: '已达上限（{limit}）', en: 'The limit is reached ({limit})' },

  forbidden: { code: 3, zh: '非法请求：没有权限', en: 'Not permitted' },
  cross_site: { code: 3, zh: '非法请求：拒绝跨站请求', en: 'Cross-site requests are refused' },
  record_not_found: { code: 3, zh: '记录不存在', en: 'There is no such record' },
  group_gone: { code: 3, zh: '群不存在或者已经解散', en: 'There is no such group' },
  disabled_by_site: {
    code: 3,
    zh: '该账户已被站点禁用，只能由站点恢复',
    en: 'The site has disabled this account: only the site can enable it again',
  },
  sender_disabled: { code: 3, zh: '该账户已经被禁用', en: 'This account is disabled' },

  silenced: { code: 4, zh: '已被禁言，无法发送消息', en: 'You are muted in this group' },
  silenced_revoke: { code: 4, zh: '已被禁言，无法撤回', en: 'You are muted in this group' },

  private_chat_off: { code: 83, zh: '系统设置了禁止私聊', en: 'Private chats are switched off' },
  group_chat_off: { code: 83, zh: '系统设置了禁止群聊', en: 'Group chats are switched off' },
  not_friends: { code: 84, zh: '不是好友，无法发起会话', en: 'You can only write to friends' },
  account_disabled: { code: 85, zh: '该账户已经被禁用', en: 'This account is disabled' },
  group_disabled: { code: 85, zh: '该群组已经被禁用', en: 'This group is disabled' },
  switched_off: { code: 86, zh: '系统已关闭该功能：{name}', en: 'This is switched off: {name}' },
  registration_off: { code: 86, zh: '系统未开放注册', en: 'Registration is closed' },

  user_not_found: { code: 101, zh: '用户不存在', en: 'There is no such user' },
  credentials_wrong: { code: 101, zh: '用户不存在或者密码错误', en: 'Wrong username or password' },
  password_wrong: { code: 101, zh: '原密码不正确', en: 'The current password is wrong' },
  username_taken: { code: 111, zh: '用户名已经存在', en: 'This username is taken' },
  username_invalid: {
    code: 112,
    zh: '用户名只能包含字母和数字，长度小于60',
    en: 'A username has letters and digits only, 60 at most',
  },
  phone_taken: { code: 113, zh: '手机号已被使用', en: 'This phone number is in use' },

  all_silenced: { code: 200, zh: '全群禁言，无法发送消息', en: 'Everybody in this group is muted' },
  add_friend_off: { code: 202, zh: '系统禁用了加好友', en: 'Adding friends is switched off' },
  already_decided: { code: 210, zh: '非法操作', en: 'This request has been decided already' },

  not_found: { code: 404, zh: '接口不存在', en: 'There is no such operation' },
  message_not_found: { code: 404, zh: '消息不存在', en: 'There is no such message' },
  upload_failed: { code: 404, zh: '上传错误（{reason}）', en: 'The upload failed ({reason})' },
  file_illegal: { code: 400, zh: '文件非法', en: 'This file is not allowed' },
  method_not_allowed: {
    code: 405,
    zh: '该接口只接受 {method} 请求',
    en: 'This operation answers {method} only',
  },
  too_large: { code: 413, zh: '内容过大，最多 {limit}', en: 'Too large: at most {limit}' },
  too_many_requests: {
    code: 429,
    zh: '操作过于频繁，请 {seconds} 秒后再试',
    en: 'Too many requests: try again in {seconds} s',
  },
  internal: { code: 500, zh: '服务器错误，编号 {request}', en: 'Server error, reference {request}' },
  sms_failed: { code: 500, zh: '短信发送失败，请稍后再试', en: 'The SMS could not be sent. Try again later' },
  not_an_image: { code: 500, zh: '上传的不是图片', en: 'This is not a picture' },
  image_failed: { code: 501, zh: '处理图片发生错误', en: 'The picture could not be processed' },
  unavailable: {
    code: 503,
    zh: '服务暂时不可用，请稍后再试',
    en: 'The service is briefly unavailable. Try again later',
  },
  revoke_too_late: {
    code: 505,
    zh: '只能撤回{minutes}分钟内的消息',
    en: 'Only messages of the last {minutes} minutes can be revoked',
  },
  group_not_found: { code: 701, zh: '群组不存在', en: 'There is no such group' },
  create_group_off: { code: 702, zh: '系统禁用了创建群组', en: 'Creating groups is switched off' },
} as const satisfies Record<string, ErrorKind>

export type ErrorName = keyof typeof ERRORS
export type Language = 'zh' | 'en'

/** A failure that is part of the contract: it reaches the caller as `code` and `msg`. */
export class AppError extends Error {
  /**
   * @param kind which error of {@link ERRORS}
   * @param values what its message's `{name}` places are filled with
   */
  constructor(
    readonly kind: ErrorName,
    readonly values: Readonly<Record<string, string | number | LocalText>> = {},
    cause?: unknown,
  ) {
    super(kind, { cause })
    this.name = 'AppError'
  }

  get code(): number {
    return ERRORS[this.kind].code
  }

  /** The message in the given language. */
  text(language: Language): string {
    return ERRORS[this.kind][language].replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = this.values[name]
      return typeof value === 'object' ? value[language] : String(value ?? '')
    })
  }
}
