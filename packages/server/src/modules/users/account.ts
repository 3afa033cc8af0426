import type { UserDetail, UserSummary } from '@parley/contract'
import { toSeconds } from '../../clock.ts'
import type { User } from '../../storage/index.ts'

/** An account without its password: what the server knows of a person. `avatar` is empty for the drawn default. */
export type Account = Omit<User, 'password_hash'>

/** The columns of {@link Account}, for queries. */
export const ACCOUNT_COLUMNS = [
  'uid',
  'nid',
  'username',
  'username_key',
  'nickname',
  'avatar',
  'sign',
  'phone',
  'account_state',
  'is_member',
  'is_admin',
  'parent_uid',
  'state',
  'logout_at',
  'created_at',
  'read_receipts',
  'disabled_by',
] as const satisfies ReadonlyArray<keyof Account>

/** What a new account starts with. The password comes hashed. */
export interface NewAccount {
  username: string
  nickname: string
  password_hash: string
  /** Address of a picture; empty or missing for the drawn default. */
  avatar?: string
  sign?: string
  phone?: string
  is_member?: 0 | 1
  is_admin?: 0 | 1
  /** The member that opens the account; 0 or missing for everybody else. */
  parent_uid?: number
}

const graphemes = new Intl.Segmenter()
/** A grapheme can be piled up without end; what is drawn is one letter. */
const LETTER_UNITS_MAX = 16

/** Every message carries two pictures, and finding a letter takes 2 µs: it is done once for an account in memory. */
const drawn = new WeakMap<object, string>()

/** The address of an account's picture: its own, or the one that the site draws from its initial. */
export function pictureOf(account: Pick<Account, 'uid' | 'avatar' | 'nickname'>): string {
  if (account.avatar !== '') return account.avatar
  const known = drawn.get(account)
  if (known !== undefined) return known
  const letter = firstGrapheme(account.nickname).slice(0, LETTER_UNITS_MAX).toWellFormed()
  const address = `/avatar/${account.uid}.svg?t=${encodeURIComponent(letter)}`
  drawn.set(account, address)
  return address
}

function firstGrapheme(text: string): string {
  for (const { segment } of graphemes.segment(text.slice(0, LETTER_UNITS_MAX * 2))) return segment
  return ''
}

/** Whether one account opened the other (`user/open_user`): the two may talk without being friends. */
export const isSubUserPair = (a: Account, b: Account): boolean =>
  a.parent_uid === b.uid || b.parent_uid === a.uid

/** An account as `user/multiGet` shows it. Phone, password and parent never leave the server. */
export const summaryOf = (account: Account): UserSummary => ({
  uid: account.uid,
  username: account.username,
  nickname: account.nickname,
  sign: account.sign,
  avatar: pictureOf(account),
  state: account.state,
  logout_timestamp: toSeconds(account.logout_at),
})

/** An account as `user/get` shows it. @param viewerUid who looks: some things only the account's owner sees */
export const detailOf = (account: Account, viewerUid = 0): UserDetail => ({
  ...summaryOf(account),
  nid: account.nid,
  is_member: account.is_member === 1 ? 1 : 0,
  account_state: account.account_state,
  ...(viewerUid === account.uid ? { read_receipts: account.read_receipts === 1 ? 1 : 0 } : {}),
})
