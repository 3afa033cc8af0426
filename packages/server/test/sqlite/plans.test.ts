import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OPERATIONS } from '@parley/contract'
import { type Parameters, startSite, type TestSite } from '../harness.ts'

/*
 * No operation reads a whole large table. Each is called on the demo site, and the database is asked how it runs every
 * statement that came of it.
 */

/** The tables that grow with a site; the others have a handful of rows. */
const LARGE = new Set([
  'user',
  'session',
  'friendship',
  'friend_request',
  'conversation',
  'membership',
  'chat_group',
  'message',
  'mention',
  'hidden_message',
  'draft',
  'reply',
  'welcome',
  'upload',
])

interface Statement {
  sql: string
  parameters: readonly unknown[]
}

let site: TestSite
let file: Database
let heard: Statement[] = []
let people: {
  owner: number
  member: number
  stranger: number
  service: number
  gid: number
  mid: number
  nid: number
  rid: number
}

/** Looks up people of the demo site who can do what the operations need. */
function cast(db: Database): typeof people {
  const one = (sql: string, ...values: number[]) =>
    db.query<{ id: number }, number[]>(sql).get(...values)?.id ?? 0
  const gid = one('select gid as id from chat_group order by gid limit 1')
  const owner = one('select owner_uid as id from chat_group where gid = ?', gid)
  const conversation = one('select conversation_id as id from chat_group where gid = ?', gid)
  const member = one(
    'select uid as id from membership where conversation_id = ? and uid <> ? limit 1',
    conversation,
    owner,
  )
  const service = one('select uid as id from user where is_member = 1 order by uid limit 1')
  const stranger = one(
    'select uid as id from user where uid not in (select friend_uid from friendship where uid = ?) and uid <> ? and is_member = 0 limit 1',
    owner,
    owner,
  )
  const mid = one(
    "select max(mid) as id from message where conversation_id = ? and from_uid = ? and sub_type = 'message'",
    conversation,
    owner,
  )
  const nid = one(
    "select nid as id from friend_request where to_uid = ? and operation = 'not_operated' limit 1",
    owner,
  )
  const rid = one('select id from reply where uid = ? limit 1', service)
  return { owner, member, stranger, service, gid, mid, nid: nid || 1, rid }
}

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-plans-'))
  const demo = Bun.spawn(
    [process.execPath, join(import.meta.dir, '../../src/main.ts'), 'demo', '--password-stdin'],
    {
      env: { ...process.env, DATA_DIR: dataDir },
      stdin: new TextEncoder().encode('demo-password\n'),
      stdout: 'ignore',
      stderr: 'pipe',
    },
  )
  if ((await demo.exited) !== 0) throw new Error(await new Response(demo.stderr).text())
  site = await startSite({ dataDir, onQuery: (sql, parameters) => heard.push({ sql, parameters }) })
  file = new Database(join(dataDir, 'parley.sqlite'), { readonly: true })
  people = cast(file)
}, 300_000)

afterAll(async () => {
  file.close()
  await site.close()
})

/** What is called as whom; paths that stand for the same handler are called all the same. */
function calls(): Record<string, { as?: number; with?: Parameters }> {
  const { owner, member, stranger, service, gid, mid, nid, rid } = people
  const chat = { id: member, type: 'friend' }
  const group = { id: gid, type: 'group' }
  const username = 'plan1'
  return {
    'login/check': { with: { username: 'nobody', password: 'wrong-password' } },
    'login/logout': { as: owner },
    'login/logincaptcha': {},
    'login/joincaptcha': {},
    'login/join': { with: { username, nickname: '计划', password: 'secret-1' } },
    'login/sessions': { as: owner },
    'login/end': { as: owner, with: { id: 1 } },
    'service/send_sms': { with: { phone: '13800000000', type: 'register' } },
    'service/forget_pass': { with: { phone: '13800000000', code: '123456', username, newpass: 'secret-2' } },
    'user/add': { with: { username: 'plan2', nickname: '计划', password: 'secret-1', avatar: '' } },
    'user/get': { as: owner, with: { uid: member } },
    'user/multiGet': { with: { uid: [owner, member, stranger] } },
    'user/update': { as: member, with: { sign: '新签名' } },
    'user/updatepassword': {
      as: owner,
      with: { password1: 'secret-3', password2: 'secret-3', password_old: 'wrong' },
    },
    'user/send_sms_pass': { as: owner, with: { phone: '13800000000', type: 'retrieve' } },
    'user/open_user': { as: service, with: { username: 'plan3', nickname: '分号', password: 'secret-1' } },
    'user/sub_users': { as: service },
    'user/disable_sub_user': { as: service, with: { uid: member, value: 1 } },
    'user/reset_sub_user': { as: service, with: { uid: member, newpass: 'secret-4' } },
    'user/detail': { as: owner, with: { uid: member } },
    'user/getbyname': { as: owner, with: { username } },
    'user/getbyuid': { as: owner, with: { uid: member } },
    'friend/apply': { as: owner, with: { friend_uid: stranger, postscript: '你好' } },
    'friend/applylist': { as: owner },
    'friend/applycount': { as: owner },
    'friend/applydetail': { as: owner, with: { nid } },
    'friend/agree': { as: owner, with: { nid } },
    'friend/refuse': { as: owner, with: { nid } },
    'friend/add': { as: owner, with: { friend_uid: member } },
    'friend/remark': { as: owner, with: { friend_uid: member, remark: '备注' } },
    'friend/getlist': { as: owner },
    'friend/get_temp_list': { as: service },
    'friend/update': {
      as: owner,
      with: { friend_uid: member, last_read_time: 1_700_000_000, unread_count: 2, top: 1 },
    },
    'group/create': { as: owner, with: { members: [member] } },
    'group/detail': { as: owner, with: { gid } },
    'group/members': { as: owner, with: { gid, search: 'x' } },
    'group/memberadd': { as: owner, with: { gid, members: [stranger, member] } },
    'group/invitation': { as: owner, with: { gid } },
    'group/join': { as: stranger, with: { gid } },
    'group/remark': { as: owner, with: { gid, remark: '备注' } },
    'group/manager': { as: owner, with: { gid, uid: member, value: 1 } },
    'group/ismanager': { as: owner, with: { gid, uid: member } },
    'group/forbiddenuser': { as: owner, with: { gid, uid: member, time: 60 } },
    'group/forbiddenall': { as: owner, with: { gid, value: 1 } },
    'group/forbiddengroup': { as: owner, with: { gid } },
    'group/chattinggroup': { as: owner, with: { gid } },
    'group/memberupdate': { as: owner, with: { gid, state: 'chatting', last_read_time: 1_700_000_000 } },
    'group/update': { as: owner, with: { gid, groupname: '新名字' } },
    'group/guaUpdate': { as: owner, with: { gid, avatar: '/upload/avatars/1/1/x.png' } },
    'group/avatar': { with: { uid: [owner, member] } },
    'message/send': {
      as: owner,
      with: { to: member, type: 'friend', content: '话', uniqueId: 'u1', quote_mid: '' },
    },
    'message/get': { as: owner, with: { ...group, mid } },
    'message/since': { as: owner, with: { ...group, seq: 3 } },
    'message/around': { as: owner, with: { ...group, mid } },
    'message/readstate': { as: owner, with: chat },
    'message/unreadcount': { as: owner, with: chat },
    'message/updateLastReadTime': { as: owner, with: group },
    'message/revoke': { as: owner, with: { ...group, mid } },
    'message/delete': { as: owner, with: { ...group, mid, ty: 1 } },
    'draft/set': { as: owner, with: { ...group, content: '草稿' } },
    'draft/getlist': { as: owner },
    'reply/get': { as: service },
    'reply/add': { as: service, with: { type: 2, title: '标题', content: '内容', is_default: 1 } },
    'reply/update': { as: service, with: { rid, type: 1, title: '标题', content: '内容', is_default: 1 } },
    'reply/sort': { as: service, with: { type: 1, ids: [rid] } },
    'reply/delete': { as: service, with: { rid } },
    'reply/show': { as: owner, with: { uid: service } },
    'qrcode/get': { as: owner, with: { content: 'x' } },
    'qrcode/friend': { as: owner },
    'qrcode/group': { as: owner, with: { gid } },
    'pop/get': { as: owner },
    'pop/chat': { as: owner, with: chat },
    'pop/chats': { as: owner, with: { cursor: Buffer.from('1.1.1').toString('base64url') } },
    'pop/waiting': { as: service },
    'pop/delchat': { as: owner, with: { ...chat, clear: 1 } },
    'pop/getsetting': {},
    'push/auth': { as: owner, with: { channel_name: `private-group-${gid}`, socket_id: '1.1' } },
    'push/emit': { with: { channel: 'x', event: 'y' } },
    'admin/setup': { with: { token: 'x', username: 'plan4', password: 'secret-1' } },
    'admin/settings': {},
    'admin/setsettings': { with: { app_name: '计划' } },
    'friend/delete': { as: owner, with: { friend_uid: member } },
    'group/memberdel': { as: owner, with: { gid, members: [stranger] } },
    'group/transfer': { as: owner, with: { gid, uid: member } },
    'group/leave': { as: owner, with: { gid } },
    'group/delete': { as: member, with: { gid } },
  }
}

/** Uploads are called with a file; the four share one way into the database. */
const UPLOADS = ['upload/avatar', 'upload/img', 'upload/file', 'upload/groupavatar']

/** The large tables that a statement reads from end to end. */
function scans({ sql, parameters }: Statement): string[] {
  if (!/^(select|update|delete|insert)/i.test(sql)) return []
  const tableOf = new Map([...LARGE].map((table) => [table, table]))
  for (const [, table, alias] of sql.matchAll(/"(\w+)" as "(\w+)"/g))
    if (LARGE.has(table!)) tableOf.set(alias!, table!)
  const plan = file
    .query<{ detail: string }, never[]>(`explain query plan ${sql}`)
    .all(...(parameters as never[]))
  return plan.flatMap(({ detail }) => {
    const scanned = /^SCAN (\w+)/.exec(detail)?.[1]
    const table = scanned && tableOf.get(scanned)
    return table ? [`${table}: ${detail}: ${sql}`] : []
  })
}

test('the cast is complete: every operation is looked at', () => {
  const covered = new Set([...Object.keys(calls()), ...UPLOADS].map((path) => path.toLowerCase()))
  expect(OPERATIONS.map(({ path }) => path.toLowerCase()).filter((path) => !covered.has(path))).toEqual([])
  for (const value of Object.values(people)) expect(value).toBeGreaterThan(0)
})

test('a scan would be seen', () => {
  expect(scans({ sql: 'select * from message where content = ?', parameters: ['x'] })).toHaveLength(1)
  expect(scans({ sql: 'select * from "message" as "m" where "m"."auto" = 1', parameters: [] })).toHaveLength(
    1,
  )
  expect(scans({ sql: 'select * from message where mid = ?', parameters: [1] })).toEqual([])
})

describe('no operation scans a large table', () => {
  test('all of them, one after the other', async () => {
    const found: string[] = []
    let statements = 0
    for (const [path, { as = 0, with: parameters = {} }] of Object.entries(calls())) {
      // Without what is remembered from earlier calls, so that every read shows.
      await site.services.reload()
      heard = []
      await site
        .api(as)
        .request(path, parameters)
        .then((response) => response.arrayBuffer())
      statements += heard.length
      for (const statement of heard) for (const scan of scans(statement)) found.push(`${path}: ${scan}`)
    }
    expect(found).toEqual([])
    expect(statements).toBeGreaterThan(150)
  }, 300_000)

  test('uploads', async () => {
    heard = []
    const file = new File(['hello'], 'a.txt')
    for (const path of UPLOADS) await site.api(people.owner).upload(path, file, { gid: people.gid })
    expect(heard.flatMap(scans)).toEqual([])
  })
})
