import { describe, expect, test } from 'bun:test'
import {
  AppError,
  friendUpdate,
  groupCreate,
  groupMemberAdd,
  groupMembers,
  type LocalText,
  loginJoin,
  messageGet,
  messageSend,
  type OperationSpec,
  qrcodeGet,
  replyAdd,
  userUpdate,
} from '@parley/contract'
import type { Parameters } from './parameters.ts'
import { parseInput } from './validation.ts'

/** What somebody is told who sends these parameters. */
function complaint({ input }: OperationSpec, raw: Parameters): LocalText {
  try {
    parseInput(input, raw)
  } catch (error) {
    if (error instanceof AppError) return { zh: error.text('zh'), en: error.text('en') }
    throw error
  }
  throw new Error('it was taken')
}

const SEND = { to: '1', type: 'friend', content: 'x' }
const JOIN = { username: 'tom', nickname: 'Tom', password: 'secret1' }

describe('missing', () => {
  test.each<[string, OperationSpec, Parameters, string]>([
    ['not there', messageSend, { to: '1', type: 'friend' }, 'content'],
    ['empty', messageSend, { ...SEND, type: '' }, 'type'],
    ['null', messageSend, { ...SEND, to: null }, 'to'],
    ['0 for an id', messageSend, { ...SEND, to: '0' }, 'to'],
    ['an empty list', groupMemberAdd, { gid: 1, members: [] }, 'members'],
    [
      'one of several',
      friendUpdate,
      { friend_uid: 1 },
      'state / last_read_time / unread_count / top / muted',
    ],
  ])('%s', (_, spec, raw, name) => {
    expect(complaint(spec, raw)).toEqual({ zh: `缺少参数：${name}`, en: `Missing parameter: ${name}` })
  })

  test('goes before what is wrong', () => {
    expect(complaint(messageSend, { type: 'x' }).zh).toBe('缺少参数：to')
  })
})

describe('wrong: the parameter is named, and what it may be', () => {
  test.each<[string, OperationSpec, Parameters, zh: string, en: string]>([
    ['an id', messageSend, { ...SEND, to: 'abc' }, 'to 应为正整数', 'to must be a positive whole number'],
    [
      'a huge id',
      messageSend,
      { ...SEND, to: 2 ** 60 },
      'to 应为正整数',
      'to must be a positive whole number',
    ],
    [
      'a number too large',
      messageGet,
      { id: 1, type: 'group', limit: '101' },
      'limit 应为 1 到 100 的整数',
      'limit must be a whole number from 1 to 100',
    ],
    [
      'a number too small',
      replyAdd,
      { type: 0, title: 'x', content: 'x' },
      'type 应为 1 到 3 的整数',
      'type must be a whole number from 1 to 3',
    ],
    [
      'no number',
      messageGet,
      { id: 1, type: 'group', limit: 'many' },
      'limit 应为 1 到 100 的整数',
      'limit must be a whole number from 1 to 100',
    ],
    [
      'a choice',
      messageSend,
      { ...SEND, type: 'x' },
      'type 应为 friend 或 group',
      'type must be friend or group',
    ],
    ['a flag', friendUpdate, { friend_uid: 1, top: '3' }, 'top 应为 0 或 1', 'top must be 0 or 1'],
    [
      'a text too long',
      userUpdate,
      { sign: 'x'.repeat(256) },
      'sign 最多 255 个字符',
      'sign must have at most 255 characters',
    ],
    [
      'a text too short',
      loginJoin,
      { ...JOIN, password: '12345' },
      'password 应为 6–128 个字符',
      'password must have 6 to 128 characters',
    ],
    [
      'too many bytes',
      qrcodeGet,
      { content: '长'.repeat(667) },
      'content 应为 1–2000 个字节',
      'content must have 1 to 2000 bytes',
    ],
    [
      'a list for a text',
      messageSend,
      { ...SEND, content: ['a', 'b'] },
      'content 应为文本',
      'content must be text',
    ],
    ['an object for a list', groupCreate, { members: {} }, 'members 应为列表', 'members must be a list'],
    [
      'a list too long',
      groupCreate,
      { members: Array.from({ length: 501 }, (_, index) => index + 1) },
      'members 最多 500 项',
      'members must have at most 500 items',
    ],
    [
      'a bad item',
      groupCreate,
      { members: ['1', 'x'] },
      'members[1] 应为正整数',
      'members[1] must be a positive whole number',
    ],
    [
      'a bad item of two kinds',
      groupMembers,
      { gid: 1, exclude: 'me' },
      'exclude[0] 应为 mine 或正整数',
      'exclude[0] must be mine or a positive whole number',
    ],
    [
      'a phone',
      loginJoin,
      { ...JOIN, phone: '12a' },
      'phone 应为 5–20 位数字，可带 + 号',
      'phone must have 5 to 20 digits, with or without a leading +',
    ],
    [
      'a picture',
      userUpdate,
      { avatar: 'javascript:1' },
      'avatar 应为 http(s) 地址或以 / 开头的路径',
      'avatar must be an http(s) address or a path that begins with /',
    ],
  ])('%s', (_, spec, raw, zh, en) => {
    expect(complaint(spec, raw)).toEqual({ zh: `参数非法：${zh}`, en: `Invalid parameter: ${en}` })
  })
})
