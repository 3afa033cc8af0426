/*
 * The accounts that are signed in on this device. Each has its session's token; a tab uses one of them, a new tab the
 * one that was used last.
 */

export interface Account {
  readonly uid: number
  readonly username: string
  readonly nickname: string
  readonly avatar: string
  /** Empty after the session has ended: the account is still offered, and asks for its password. */
  readonly token: string
}

const LIST = 'parley:accounts'
const CURRENT = 'parley:account'

const isAccount = (value: unknown): value is Account =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Account).uid === 'number' &&
  typeof (value as Account).token === 'string'

/** All accounts, the one that signed in first at the top. */
export function readAccounts(): Account[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(LIST) ?? '[]')
    return Array.isArray(list) ? list.filter(isAccount) : []
  } catch {
    return []
  }
}

/** Adds the account, or replaces what was known of it. */
export function saveAccount(account: Account): void {
  const accounts = readAccounts()
  const at = accounts.findIndex(({ uid }) => uid === account.uid)
  if (at < 0) accounts.push(account)
  else accounts[at] = account
  localStorage.setItem(LIST, JSON.stringify(accounts))
}

export function removeAccount(uid: number): void {
  localStorage.setItem(LIST, JSON.stringify(readAccounts().filter((account) => account.uid !== uid)))
}

/** The account of this tab: the one it used before a reload, or the one that was used last anywhere. */
export function currentAccount(): Account | undefined {
  const uid = Number(sessionStorage.getItem(CURRENT) ?? localStorage.getItem(CURRENT) ?? 0)
  return readAccounts().find((account) => account.uid === uid && account.token !== '')
}

/** Makes it the account of this tab, and of those that are opened later. */
export function chooseAccount(uid: number): void {
  sessionStorage.setItem(CURRENT, String(uid))
  localStorage.setItem(CURRENT, String(uid))
}

/** This tab has no account any more; the next one is asked for, unless another tab has chosen another account. */
export function leaveAccount(uid: number): void {
  sessionStorage.removeItem(CURRENT)
  if (localStorage.getItem(CURRENT) === String(uid)) localStorage.removeItem(CURRENT)
}

/** Calls the handler when another tab has changed the accounts. */
export function onAccountsChanged(handler: () => void): void {
  window.addEventListener('storage', ({ key }) => {
    if (key === LIST) handler()
  })
}
