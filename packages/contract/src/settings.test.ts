import { expect, test } from 'bun:test'
import { AppError } from './errors.ts'
import {
  DEFAULT_SETTINGS,
  PUBLIC_SETTINGS,
  parseRate,
  parseSettingValue,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
} from './settings.ts'

test('every default is a value that the setting may have', () => {
  for (const name of SETTING_NAMES) {
    expect([name, parseSettingValue(name, DEFAULT_SETTINGS[name])]).toEqual([name, SETTINGS[name].default])
  }
})

test('the document’s keys are public; secrets and limits are not', () => {
  const documented: SettingName[] = [
    ...(['voice', 'audio', 'video', 'prompt_tone', 'group_chat', 'private_chat', 'add_friend'] as const),
    ...(['create_group', 'upload_file', 'upload_img', 'emoji', 'member_detail', 'stranger_chat'] as const),
    ...(['app_name', 'register', 'register_captcha', 'login_captcha', 'explore_url'] as const),
    ...(['qrcode_friend', 'qrcode_group', 'qrcode_scan', 'html_escape'] as const),
  ]
  expect(PUBLIC_SETTINGS as SettingName[]).toEqual(expect.arrayContaining(documented))
  const hidden = SETTING_NAMES.filter((name) => !(PUBLIC_SETTINGS as SettingName[]).includes(name))
  expect(hidden.filter((name) => !name.startsWith('rate_'))).toEqual(['dirty_words', 'legacy_push'])
})

const good: [SettingName, string, string][] = [
  ['voice', ' OFF ', 'off'],
  ['voice', '1', 'on'],
  ['group_join', 'open', 'open'],
  ['revoke_seconds', '0', '0'],
  ['group_limit', '0200', '200'],
  ['app_name', ' 泡泡IM ', '泡泡IM'],
  ['dirty_words', 'a\r\nb\r\n', 'a\nb\n'],
  ['explore_url', '', ''],
  ['explore_url', 'https://m.baidu.com', 'https://m.baidu.com'],
  ['rate_send', '5 / 1', '5/1'],
]
test.each(good)('%s accepts %p', (name, value, stored) => {
  expect(parseSettingValue(name, value)).toBe(stored)
})

const bad: [SettingName, string][] = [
  ['voice', 'maybe'],
  ['group_join', 'Open!'],
  ['revoke_seconds', '-1'],
  ['revoke_seconds', '1.5'],
  ['group_limit', '1'],
  ['message_limit', '100001'],
  ['app_name', 'a\nb'],
  ['app_name', 'x'.repeat(61)],
  ['explore_url', 'javascript:alert(1)'],
  ['rate_send', '0/1'],
  ['rate_send', '5/0'],
  ['rate_send', '5'],
]
test.each(bad)('%s refuses %p and says what it may be', (name, value) => {
  const error = parseSettingValue(name, value)
  expect(error).toBeInstanceOf(AppError)
  expect((error as AppError).code).toBe(2)
  expect((error as AppError).text('en')).toMatch(new RegExp(`^Invalid parameter: ${name} must `))
})

test('a rate is read as numbers', () => {
  expect(parseRate('10/3600')).toEqual({ count: 10, seconds: 3600 })
})
