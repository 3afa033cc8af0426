import { nickname as nicknameField } from '@parley/contract'
import { sql } from 'kysely'
import { hashPassword } from '../modules/accounts/index.ts'
import type { Account } from '../modules/users/index.ts'
import { CommandError } from './failure.ts'
import { say } from './language.ts'
import { print, remark } from './output.ts'
import { readNewPassword } from './password.ts'
import { changeSite, type Site, withSite } from './site.ts'
import { formatTable } from './table.ts'
import { isoTime, shortTime } from './times.ts'

const NICKNAME = nicknameField()
const PHONE = /^\+?\d{5,20}$/
const NICKNAME_WIDTH_MAX = 30

interface PasswordOptions {
  passwordStdin?: true
}

interface PersonOptions extends PasswordOptions {
  nickname?: string
}

async function requireAccount({ users }: Site, username: string): Promise<Account> {
  const account = await users.findByUsername(username)
  if (account) return account
  throw new CommandError({
    zh: `没有用户名为“${username}”的账号`,
    en: `there is no account with the username "${username}"`,
  })
}

function checkedNickname(given: string | undefined, username: string): string {
  const result = NICKNAME.safeParse(given ?? username)
  if (result.success) return result.data
  throw new CommandError({ zh: '昵称应为 1 到 60 个字符', en: 'a nickname has 1 to 60 characters' })
}

function checkedPhone(phone: string): string {
  if (PHONE.test(phone)) return phone
  throw new CommandError({ zh: '手机号应为 5 到 20 位数字', en: 'a phone number has 5 to 20 digits' })
}

/** `parley user add`. */
export async function addUser(
  username: string,
  { nickname, phone, member, passwordStdin }: PersonOptions & { phone?: string; member?: true },
): Promise<void> {
  const name = checkedNickname(nickname, username)
  const person = {
    username,
    nickname: name,
    is_member: member ? (1 as const) : (0 as const),
    ...(phone === undefined ? {} : { phone: checkedPhone(phone) }),
  }
  const password = await readNewPassword(passwordStdin === true)
  const { uid } = await changeSite({ create: true }, async ({ users }) =>
    users.create({ ...person, password_hash: await hashPassword(password) }),
  )
  print(
    say({ zh: `已创建账号 ${username}（uid ${uid}）`, en: `The account ${username} is made (uid ${uid})` }),
  )
}

/** `parley user list`: newest accounts last, cut at the limit. */
export async function listUsers(
  search: string | undefined,
  { limit, json }: { limit: number; json?: true },
): Promise<void> {
  const { accounts, total } = await withSite({ create: false }, (site) => findAccounts(site, search, limit))
  if (json) return print(JSON.stringify(accounts.map(forScripts), null, 2))
  const columns = [
    { heading: 'UID', align: 'right' as const },
    { heading: say({ zh: '用户名', en: 'USERNAME' }) },
    { heading: say({ zh: '昵称', en: 'NICKNAME' }), widthMax: NICKNAME_WIDTH_MAX },
    { heading: say({ zh: '身份', en: 'ROLE' }) },
    { heading: say({ zh: '状态', en: 'STATE' }) },
    { heading: say({ zh: '创建时间', en: 'MADE' }) },
  ]
  const rows = accounts.map((account) => [
    String(account.uid),
    account.username,
    account.nickname,
    roleOf(account),
    account.account_state === 'normal'
      ? say({ zh: '正常', en: 'normal' })
      : say({ zh: '已禁用', en: 'disabled' }),
    shortTime(account.created_at),
  ])
  for (const line of formatTable(columns, rows)) print(line)
  if (total <= accounts.length) return
  remark(
    say({
      zh: `共 ${total} 个，显示了 ${accounts.length} 个；用 --limit 显示更多`,
      en: `${accounts.length} of ${total} are shown; --limit shows more`,
    }),
  )
}

async function findAccounts({ db, users }: Site, search: string | undefined, limit: number) {
  const pattern = `%${(search ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  const matching = db.read
    .selectFrom('user')
    .where(
      sql<boolean>`(username_key like ${pattern} escape '\\' or lower(nickname) like ${pattern} escape '\\')`,
    )
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await matching.select('uid').orderBy('uid').limit(limit).execute()
  const found = await users.findMany(rows.map(({ uid }) => uid))
  const accounts = rows.flatMap(({ uid }) => found.get(uid) ?? [])
  return { accounts, total: Number(total) }
}

function roleOf({ is_admin, is_member, parent_uid }: Account): string {
  if (is_admin === 1) return say({ zh: '管理员', en: 'administrator' })
  if (is_member === 1) return say({ zh: '会员', en: 'member' })
  return parent_uid > 0
    ? say({ zh: `子账号（${parent_uid}）`, en: `sub-user of ${parent_uid}` })
    : say({ zh: '用户', en: 'user' })
}

const forScripts = (account: Account) => ({
  uid: account.uid,
  username: account.username,
  nickname: account.nickname,
  account_state: account.account_state,
  is_admin: account.is_admin === 1,
  is_member: account.is_member === 1,
  parent_uid: account.parent_uid,
  created_at: isoTime(account.created_at),
})

/** `parley user password`. */
export async function setPassword(username: string, { passwordStdin }: PasswordOptions): Promise<void> {
  // Looked up before anybody types a password for an account that is not there.
  await withSite({ create: false }, (site) => requireAccount(site, username))
  const password = await readNewPassword(passwordStdin === true)
  await changeSite({ create: false }, async (site) => {
    const { uid } = await requireAccount(site, username)
    await site.credentials.set(uid, password)
  })
  print(
    say({
      zh: `已重设 ${username} 的密码，其所有登录均已结束`,
      en: `${username} has a new password, and all sessions are ended`,
    }),
  )
}

/** `parley user disable` and `parley user enable`. */
export async function setDisabled(username: string, disabled: boolean): Promise<void> {
  await changeSite({ create: false }, async (site) => {
    const { uid } = await requireAccount(site, username)
    await site.users.update(uid, { account_state: disabled ? 'disabled' : 'normal' })
  })
  print(
    disabled
      ? say({ zh: `已禁用 ${username}`, en: `${username} is disabled` })
      : say({ zh: `已恢复 ${username}`, en: `${username} is enabled` }),
  )
}

/** `parley admin add`: promotes an account that is there, else makes one. */
export async function addAdministrator(
  username: string,
  { nickname, passwordStdin }: PersonOptions,
): Promise<void> {
  const isPromoted = await changeSite({ create: true }, async ({ users }) => {
    const account = await users.findByUsername(username)
    if (account) await users.update(account.uid, { is_admin: 1 })
    return account !== undefined
  })
  if (isPromoted) {
    return print(
      say({
        zh: `${username} 现在是管理员（已有账号，密码不变）`,
        en: `${username} is an administrator now (the account was there: its password stays)`,
      }),
    )
  }
  const person = { username, nickname: checkedNickname(nickname, username) }
  const password = await readNewPassword(passwordStdin === true)
  await changeSite({ create: true }, ({ administrators }) => administrators.create({ ...person, password }))
  print(say({ zh: `已创建管理员 ${username}`, en: `The administrator ${username} is made` }))
}
