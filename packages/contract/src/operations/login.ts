import { z } from 'zod'
import {
  binary,
  id,
  newPassword,
  nickname,
  nothing,
  optionalId,
  optionalPhone,
  optionalSmsCode,
  optionalText,
  password,
  textOrAbsent,
  username,
} from '../fields.ts'
import { declare } from '../operation.ts'
import { Bit } from '../shapes.ts'

/** Signs in: sets the session cookie and answers with the token for apps that have no cookies. */
export const loginCheck = declare({
  path: 'login/check',
  method: 'POST',
  allow: 'public',
  tag: 'login',
  summary: { zh: '登录', en: 'Sign in' },
  // The captcha is asked for by the setting `login_captcha`, so its absence is the handler's question.
  input: z.object({ username: username(), password: password(), captcha: textOrAbsent(20) }),
  output: z.object({ uid: z.int(), token: z.string() }),
  rate: { name: 'login', by: ['address', 'field:username'] },
  socket: false,
})

/** Ends the caller's session. Without one it answers ok; a `logout_uid` of somebody else is error 2. */
export const loginLogout = declare({
  path: 'login/logout',
  method: 'POST',
  allow: 'public',
  tag: 'login',
  summary: { zh: '退出登录', en: 'Sign out' },
  input: z.object({ logout_uid: optionalId() }),
  output: nothing(),
  socket: false,
})

/** The picture of a captcha for signing in. */
export const loginLoginCaptcha = declare({
  path: 'login/logincaptcha',
  method: 'GET',
  allow: 'public',
  tag: 'login',
  summary: { zh: '登录验证码图片', en: 'Captcha for signing in' },
  input: z.object({}),
  output: binary(),
  answer: 'binary',
  rate: { name: 'captcha', by: ['address'] },
  socket: false,
})

/** The picture of a captcha for registering. */
export const loginJoinCaptcha = declare({
  path: 'login/joincaptcha',
  method: 'GET',
  allow: 'public',
  tag: 'login',
  summary: { zh: '注册验证码图片', en: 'Captcha for registering' },
  input: z.object({}),
  output: binary(),
  answer: 'binary',
  rate: { name: 'captcha', by: ['address'] },
  socket: false,
})

/**
 * Registers an account. Phone and code are required only where the site sends SMS for real (`sms` of the public
 * settings). Parley: answers with the token of a session, except to server keys.
 */
export const loginJoin = declare({
  path: 'login/join',
  method: 'POST',
  allow: 'public',
  tag: 'login',
  summary: { zh: '注册', en: 'Register' },
  input: z.object({
    username: username(),
    nickname: nickname(),
    password: newPassword(),
    sign: optionalText(255),
    captcha: textOrAbsent(20),
    phone: optionalPhone(),
    code: optionalSmsCode(),
  }),
  output: z.object({ uid: z.int(), token: z.string().optional() }),
  rate: { name: 'join', by: ['address'] },
  socket: false,
})

/** The devices on which the caller is signed in. Times are Unix seconds. */
export const loginSessions = declare({
  path: 'login/sessions',
  method: 'GET',
  allow: 'user',
  tag: 'login',
  summary: { zh: '已登录的设备', en: 'Signed-in devices' },
  input: z.object({}),
  output: z.array(
    z.object({
      id: z.int(),
      device: z.string(),
      address: z.string(),
      timestamp: z.int(),
      last_seen: z.int(),
      /** 1 for the session that asks. */
      current: Bit,
    }),
  ),
})

/** Ends one of the caller's sessions (`id` from `login/sessions`). */
export const loginEnd = declare({
  path: 'login/end',
  method: 'POST',
  allow: 'user',
  tag: 'login',
  summary: { zh: '让某台设备退出登录', en: 'Sign a device out' },
  input: z.object({ id: id() }),
  output: nothing(),
})
