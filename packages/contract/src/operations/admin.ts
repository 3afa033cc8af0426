import { z } from 'zod'
import { atLeastOne, newPassword, optionalText, text, trimmedText, username } from '../fields.ts'
import { declare } from '../operation.ts'
import { SETTING_NAMES, type SettingName } from '../settings.ts'

/** Every setting by name, private ones included. */
const AllSettings = z.record(z.string(), z.string())

/** Makes the first administrator with the one-time token that the server printed at its first start; signs in. */
export const adminSetup = declare({
  path: 'admin/setup',
  method: 'POST',
  allow: 'public',
  tag: 'admin',
  summary: { zh: '创建首个管理员', en: 'Create the first administrator' },
  input: z.object({
    token: text(1, 200),
    username: username(),
    password: newPassword(),
    nickname: trimmedText(0, 60).optional(),
  }),
  output: z.object({ uid: z.int(), token: z.string() }),
  rate: { name: 'login', by: ['address'] },
  socket: false,
})

/** All settings. */
export const adminSettings = declare({
  path: 'admin/settings',
  method: 'GET',
  allow: 'admin',
  tag: 'admin',
  summary: { zh: '查看全部系统设置', en: 'Get all settings' },
  input: z.object({}),
  output: AllSettings,
})

type SettingFields = Record<SettingName, ReturnType<typeof optionalText>>

// What each value may be is decided by `parseSettingValue`; here is only an outer limit.
const settingFields = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, optionalText(100_000)]),
) as SettingFields

/** Changes any of the settings; all of them or, if one value is wrong, none. Pushes `settingChange`. */
export const adminSetSettings = declare({
  path: 'admin/setsettings',
  method: 'POST',
  allow: 'admin',
  tag: 'admin',
  summary: { zh: '修改系统设置', en: 'Change settings' },
  input: atLeastOne(z.object(settingFields), SETTING_NAMES),
  output: AllSettings,
})
