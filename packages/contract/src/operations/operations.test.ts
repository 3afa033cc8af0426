import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { SETTINGS } from '../settings.ts'
import {
  adminSetSettings,
  DOCUMENTED_PATHS,
  friendRemark,
  friendUpdate,
  groupCreate,
  groupMembers,
  messageGet,
  messageSend,
  OPERATIONS,
  userAdd,
  userGet,
  userUpdate,
} from './index.ts'

const issuesOf = (schema: z.ZodType, input: unknown) =>
  (schema.safeParse(input).error?.issues ?? []).map((issue) => issue.path.join('.'))

describe('the list of operations', () => {
  test('no two paths are equal, whatever their case', () => {
    const paths = OPERATIONS.map((operation) => operation.path.toLowerCase())
    expect(new Set(paths).size).toBe(paths.length)
  })

  test('every path that the document prints is declared, in its spelling', () => {
    const declared = new Set(OPERATIONS.map((operation) => operation.path))
    expect(DOCUMENTED_PATHS.filter((path) => !declared.has(path))).toEqual([])
    expect(new Set(DOCUMENTED_PATHS).size).toBe(53)
  })

  test('what old clients call beyond the document is declared', () => {
    const declared = new Set(OPERATIONS.map((operation) => operation.path))
    const called = [
      ...['login/check', 'login/logout', 'login/logincaptcha', 'login/joincaptcha', 'user/detail'],
      ...['user/getbyname', 'user/getbyuid', 'group/update', 'group/guaUpdate', 'group/forbiddengroup'],
      ...['group/chattinggroup', 'upload/groupavatar', 'group/avatar', 'push/auth', 'push/emit'],
    ]
    expect(called.filter((path) => !declared.has(path))).toEqual([])
  })

  test('tags are the first part of the path and nothing is declared beyond what a spec has', () => {
    const known = new Set(
      'path method allow tag summary input output answer file rate socket query'.split(' '),
    )
    for (const operation of OPERATIONS) {
      expect(operation.path.split('/')[0]).toBe(operation.tag)
      expect(Object.keys(operation).filter((key) => !known.has(key))).toEqual([])
    }
  })

  test('no operation takes what the doors take care of, and login_uid is never input', () => {
    for (const operation of OPERATIONS) {
      const names = Object.keys(operation.input.shape)
      expect(names).not.toContain('login_uid')
      expect(names).not.toContain('lang')
      if (operation.file) expect(names).not.toContain(operation.file)
    }
  })

  test('rates name a setting, and the fields they count by exist', () => {
    for (const { rate, input } of OPERATIONS) {
      if (!rate) continue
      expect(SETTINGS[`rate_${rate.name}`].type).toBe('rate')
      for (const scope of rate.by) {
        if (scope.startsWith('field:'))
          expect(Object.keys(input.shape)).toContain(scope.slice('field:'.length))
      }
    }
  })

  test('pictures and files are not called over the websocket', () => {
    const offSocket = OPERATIONS.filter((operation) => operation.answer || operation.file)
    expect(offSocket.length).toBeGreaterThan(8)
    for (const operation of offSocket) expect(operation.socket).toBe(false)
  })

  test('input and output can be shown as JSON Schema', () => {
    for (const operation of OPERATIONS) {
      expect(z.toJSONSchema(operation.input, { io: 'output' })).toMatchObject({ type: 'object' })
      if (operation.answer !== 'binary') expect(() => z.toJSONSchema(operation.output)).not.toThrow()
    }
  })
})

describe('inputs', () => {
  test('forms: text becomes numbers, lists come in every form', () => {
    expect(messageSend.input.parse({ to: '9', type: 'friend', content: 'hi', quote_mid: '0' })).toEqual({
      to: 9,
      type: 'friend',
      content: 'hi',
    })
    expect(groupCreate.input.parse({ members: ['1', 2] }).members).toEqual([1, 2])
    expect(groupCreate.input.parse({ members: '1,2' }).members).toEqual([1, 2])
    expect(groupCreate.input.parse({}).members).toBeUndefined()
    expect(groupMembers.input.parse({ gid: '3', pinyin: 'true', exclude: 'mine,7' })).toEqual({
      gid: 3,
      index: 0,
      limit: 32,
      pinyin: 1,
      exclude: ['mine', 7],
    })
  })

  test('an empty text reaches the handler where it has its own meaning', () => {
    expect(messageSend.input.parse({ to: 1, type: 'group', content: '' }).content).toBe('')
    expect(friendRemark.input.parse({ friend_uid: 1, remark: '' }).remark).toBe('')
    expect(issuesOf(friendRemark.input, { friend_uid: 1 })).toEqual(['remark'])
    expect(userAdd.input.parse({ username: 'a', nickname: 'b', avatar: '', password: 'c' }).avatar).toBe('')
  })

  test('empty counts as missing where a value is needed', () => {
    const issues = userAdd.input.safeParse({ username: '', nickname: ' ', password: null }).error!.issues
    expect(issues.map((issue) => [issue.path[0], issue.code])).toEqual([
      ['username', 'invalid_type'],
      ['nickname', 'custom'],
      ['avatar', 'invalid_type'],
      ['password', 'invalid_type'],
    ])
  })

  test('limits', () => {
    const nickname = '😀'.repeat(60)
    expect(userUpdate.input.parse({ nickname }).nickname).toBe(nickname)
    expect(issuesOf(userUpdate.input, { nickname: `${nickname}!` })).toEqual(['nickname'])
    expect(issuesOf(messageGet.input, { id: 1, type: 'friend', limit: 101 })).toEqual(['limit'])
    expect(issuesOf(messageGet.input, { id: 1, type: 'both' })).toEqual(['type'])
    expect(issuesOf(messageSend.input, { to: -1, type: 'friend', content: 'x' })).toEqual(['to'])
    expect(issuesOf(groupCreate.input, { members: Array.from({ length: 501 }, (_, n) => n + 1) })).toEqual([
      'members',
    ])
  })

  test('pictures are http(s) or local addresses', () => {
    for (const avatar of ['', '/static/a.jpg', '//pop.com/a.jpg', 'https://a.b/c?d=e']) {
      expect(userUpdate.input.parse({ avatar }).avatar).toBe(avatar)
    }
    for (const avatar of [
      'javascript:alert(1)',
      'data:x',
      'a.jpg',
      '/\\evil',
      '/a"b',
      "/a'b",
      '/a b',
      'http:/x',
    ]) {
      expect([avatar, issuesOf(userUpdate.input, { avatar })]).toEqual([avatar, ['avatar']])
    }
  })

  test('one of several: the issue names what is missing', () => {
    const issue = friendUpdate.input.safeParse({ friend_uid: 2 }).error!.issues[0]!
    expect(issue).toMatchObject({
      path: ['state'],
      params: { missing: 'state / last_read_time / unread_count / top / muted' },
    })
    expect(friendUpdate.input.parse({ friend_uid: 2, muted: '0' })).toEqual({ friend_uid: 2, muted: 0 })
    expect(issuesOf(userGet.input, { uid: '0', username: '' })).toEqual(['uid'])
    expect(userGet.input.parse({ uid: '', username: 'tom' })).toEqual({ username: 'tom' })
    expect(issuesOf(adminSetSettings.input, { nonsense: 'on' })).toEqual(['voice'])
    expect(adminSetSettings.input.parse({ voice: 'off' })).toEqual({ voice: 'off' })
  })
})
