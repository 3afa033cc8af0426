import { AppError } from './errors.ts'
import type { LocalText, RateName } from './operation.ts'

/** What a setting's text may be. `rate` is `count/seconds`: at most `count` calls in any `seconds` seconds. */
export type SettingKind =
  | { readonly type: 'switch' }
  | { readonly type: 'choice'; readonly values: readonly string[] }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  | { readonly type: 'text'; readonly max: number; readonly lines?: true }
  | { readonly type: 'link'; readonly max: number }
  | { readonly type: 'rate' }

/** A setting of the site. Values are stored and sent as text, as the document shows them. */
export type SettingSpec = SettingKind & {
  readonly default: string
  /** Whether everybody may read it (`pop/getsetting`, `pop/get`, the event `settingChange`). */
  readonly public: boolean
  readonly label: LocalText
}

const onOff = (fallback: 'on' | 'off', zh: string, en: string) =>
  ({ type: 'switch', default: fallback, public: true, label: { zh, en } }) as const

const choice = (values: readonly string[], fallback: string, zh: string, en: string) =>
  ({ type: 'choice', values, default: fallback, public: true, label: { zh, en } }) as const

const whole = (min: number, max: number, fallback: number, zh: string, en: string) =>
  ({ type: 'integer', min, max, default: String(fallback), public: true, label: { zh, en } }) as const

const rate = (count: number, seconds: number, zh: string, en: string) =>
  ({ type: 'rate', default: `${count}/${seconds}`, public: false, label: { zh, en } }) as const

/**
 * Every setting that is stored. The first block is the document's (`pop/getsetting`), the rest is Parley's own.
 * The computed public values (`id`, `appkey`, `pusher_key`, `ws_address`) are not settings: see `PublicSettings`.
 */
export const SETTINGS = {
  voice: onOff('on', '语音消息', 'Voice messages'),
  audio: onOff('off', '语音通话', 'Voice calls'),
  video: onOff('off', '视频通话', 'Video calls'),
  prompt_tone: onOff('on', '新消息提示音', 'Sound for new messages'),
  group_chat: onOff('on', '群聊', 'Group chats'),
  private_chat: onOff('on', '私聊', 'Private chats'),
  add_friend: onOff('on', '加好友', 'Adding friends'),
  create_group: onOff('on', '创建群组', 'Creating groups'),
  upload_file: onOff('on', '发送文件', 'Sending files'),
  upload_img: onOff('on', '发送图片', 'Sending pictures'),
  emoji: onOff('on', '表情', 'Emoji'),
  member_detail: onOff('on', '查看群成员资料', 'Opening the profiles of group members'),
  stranger_chat: onOff('on', '陌生人聊天', 'Chats between strangers'),
  app_name: {
    type: 'text',
    max: 60,
    default: 'Parley',
    public: true,
    label: { zh: '站点名称', en: 'Name of the site' },
  },
  register: onOff('on', '开放注册', 'Open registration'),
  register_captcha: onOff('off', '注册时需要验证码', 'Captcha at registration'),
  login_captcha: onOff('off', '登录时需要验证码', 'Captcha at sign-in'),
  explore_url: {
    type: 'link',
    max: 1000,
    default: '',
    public: true,
    label: { zh: '“发现”页地址', en: 'Address of the “Explore” page' },
  },
  qrcode_friend: onOff('on', '二维码名片', 'QR code of one’s own card'),
  qrcode_group: onOff('on', '群二维码', 'QR codes of groups'),
  qrcode_scan: onOff('on', '扫一扫', 'Scanning QR codes'),

  dirty_words: {
    type: 'text',
    max: 100_000,
    lines: true,
    default: '',
    public: false,
    label: {
      zh: '敏感词（每行一个，发送时替换为 *）',
      en: 'Masked words (one a line, replaced by * when sent)',
    },
  },
  html_escape: onOff('off', '向旧版客户端发送转义后的文本', 'Send escaped text, for old clients'),
  legacy_push: {
    type: 'switch',
    default: 'off',
    public: false,
    label: { zh: '向旧版客户端提供 woker 推送密钥', en: 'Give old clients the woker app key' },
  },
  revoke_seconds: whole(
    0,
    31_536_000,
    300,
    '消息可撤回时间（秒，0 为不限）',
    'Time to revoke a message (s, 0 = any)',
  ),
  group_limit: whole(2, 100_000, 5000, '群成员上限', 'Members in a group at most'),
  message_limit: whole(1, 100_000, 20_000, '单条消息字数上限', 'Characters in a message at most'),
  group_join: choice(
    ['closed', 'open'],
    'closed',
    '加群方式（closed 需要邀请链接，open 任何人可加入）',
    'Joining groups (closed: by invitation link, open: anybody)',
  ),
  manager_remove: onOff('off', '管理员可以移除普通成员', 'Managers may remove ordinary members'),
  image_megabytes: whole(1, 100, 10, '图片大小上限（MB）', 'Size of a picture at most (MB)'),
  file_megabytes: whole(1, 10_000, 100, '文件大小上限（MB）', 'Size of a file at most (MB)'),

  rate_login: rate(10, 60, '登录频率（每账号、每地址）', 'Sign-ins (per account and per address)'),
  rate_sms: rate(1, 60, '短信频率（每手机号、每地址）', 'SMS (per phone and per address)'),
  rate_sms_day: rate(10, 86_400, '每手机号每日短信上限', 'SMS in a day (per phone)'),
  rate_captcha: rate(30, 60, '验证码频率（每地址）', 'Captchas (per address)'),
  rate_join: rate(10, 3600, '注册频率（每地址）', 'Registrations (per address)'),
  rate_apply: rate(20, 60, '好友申请频率（每用户）', 'Friend requests (per user)'),
  rate_find: rate(60, 60, '查找用户频率（每用户）', 'Searches for people (per user)'),
  rate_send: rate(20, 1, '发送消息频率（每用户）', 'Messages (per user)'),
  rate_upload: rate(60, 60, '上传频率（每用户）', 'Uploads (per user)'),
  rate_qrcode: rate(60, 60, '绘制二维码频率（每用户）', 'QR codes drawn (per user)'),
  rate_call: rate(100, 1, '接口调用频率（每用户）', 'Calls of all kinds (per user)'),
} as const satisfies Record<string, SettingSpec> & Record<`rate_${RateName}`, SettingSpec>

export type SettingName = keyof typeof SETTINGS

/** The names in the order of {@link SETTINGS}. */
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]

export type PublicSettingName = {
  [Name in SettingName]: (typeof SETTINGS)[Name]['public'] extends true ? Name : never
}[SettingName]

/** The settings that everybody may read. */
export const PUBLIC_SETTINGS = SETTING_NAMES.filter((name) => SETTINGS[name].public) as PublicSettingName[]

/** The values of a site that has changed nothing. */
export const DEFAULT_SETTINGS = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, SETTINGS[name].default]),
) as Record<SettingName, string>

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)

/** A rate limit as numbers. */
export interface Rate {
  readonly count: number
  readonly seconds: number
}

/** Reads a `rate_*` value. Only for values that {@link parseSettingValue} has let through. */
export function parseRate(value: string): Rate {
  const [count, seconds] = value.split('/').map(Number)
  return { count: count!, seconds: seconds! }
}

const TRUE_WORDS = new Set(['on', '1', 'true', 'yes'])
const FALSE_WORDS = new Set(['off', '0', 'false', 'no'])

/**
 * The stored form of a setting's value, or the error that says what it may be. Never throws: the caller decides
 * whether one bad value spoils a whole form.
 */
export function parseSettingValue(name: SettingName, value: string): string | AppError {
  const setting: SettingSpec = SETTINGS[name]
  const parsed = parseKind(setting, value)
  if (parsed !== undefined) return parsed
  return new AppError('invalid_parameter', { name, expected: expectedOf(setting) })
}

function parseKind(kind: SettingKind, value: string): string | undefined {
  const trimmed = value.trim()
  switch (kind.type) {
    case 'switch': {
      const word = trimmed.toLowerCase()
      return TRUE_WORDS.has(word) ? 'on' : FALSE_WORDS.has(word) ? 'off' : undefined
    }
    case 'choice':
      return kind.values.includes(trimmed) ? trimmed : undefined
    case 'integer': {
      if (!/^\d{1,12}$/.test(trimmed)) return undefined
      const number = Number(trimmed)
      return number >= kind.min && number <= kind.max ? String(number) : undefined
    }
    case 'text': {
      const text = kind.lines ? value.replace(/\r\n?/g, '\n') : trimmed
      return [...text].length <= kind.max && (kind.lines || !/[\r\n]/.test(text)) ? text : undefined
    }
    case 'link':
      if (trimmed === '') return ''
      // Clients open it in a frame: a script address would run with the page's rights.
      return trimmed.length <= kind.max && /^(?:https?:\/)?\/[^\s"'<>\\]+$/i.test(trimmed)
        ? trimmed
        : undefined
    case 'rate': {
      const match = /^(\d{1,6})\s*\/\s*(\d{1,5})$/.exec(trimmed)
      if (!match || Number(match[1]) < 1 || Number(match[2]) < 1) return undefined
      return `${Number(match[1])}/${Number(match[2])}`
    }
  }
}

function expectedOf(kind: SettingKind): LocalText {
  switch (kind.type) {
    case 'switch':
      return { zh: '应为 on 或 off', en: 'must be on or off' }
    case 'choice':
      return { zh: `应为 ${kind.values.join('、')} 之一`, en: `must be one of ${kind.values.join(', ')}` }
    case 'integer':
      return {
        zh: `应为 ${kind.min} 到 ${kind.max} 的整数`,
        en: `must be a whole number from ${kind.min} to ${kind.max}`,
      }
    case 'text':
      return { zh: `最多 ${kind.max} 个字符`, en: `must have at most ${kind.max} characters` }
    case 'link':
      return {
        zh: '应为 http(s) 地址或以 / 开头的路径',
        en: 'must be an http(s) address or a path that begins with /',
      }
    case 'rate':
      return { zh: '应为“次数/秒数”，例如 20/60', en: 'must be count/seconds, for example 20/60' }
  }
}
