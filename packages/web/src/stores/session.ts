import { createClient, type Status } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import {
  type Account,
  chooseAccount,
  currentAccount,
  leaveAccount,
  onAccountsChanged,
  readAccounts,
  removeAccount,
  saveAccount,
} from '@/browser/accounts.ts'
import { dropAccount } from '@/browser/snapshots.ts'
import { client } from '@/sdk.ts'

/** Nobody waits longer than that for a server that does not answer, to be signed out. */
const LOGOUT_MS = 4000

/** Who is signed in, on this device and in this tab, and how the connection fares. */
export const useSession = defineStore('session', () => {
  const accounts = ref(readAccounts())
  const uid = ref(currentAccount()?.uid ?? 0)
  const status = shallowRef<Status>(client.status)
  /** When the connection was lost, ms; 0 while it is there or was never made. */
  const offlineSince = ref(0)
  /** There is no websocket, and everything is read by calls again and again. */
  const polls = ref(false)
  /** Signing out here: the server ends the connection, and that is no news. */
  let isLeaving = false
  const signedIn = computed(() => uid.value !== 0)
  const online = computed(() => status.value.state === 'online')
  /** How the server is reached: 2 by the websocket, 1 by calls alone, 0 not at all. When it rises, more can be read. */
  const reached = computed(() => (online.value ? 2 : polls.value ? 1 : 0))

  onAccountsChanged(() => {
    accounts.value = readAccounts()
  })
  client.on('connection', (next) => {
    status.value = next
    if (next.state === 'online') offlineSince.value = 0
    else if (next.state === 'offline' && offlineSince.value === 0) offlineSince.value = Date.now()
    if (next.state === 'unauthorised' && signedIn.value && !isLeaving) void sessionEnded()
  })

  /**
   * Signs in and begins to connect.
   * @throws ParleyError (wrong password or captcha, disabled account), NetworkError
   */
  async function signIn(form: { username: string; password: string; captcha?: string }): Promise<void> {
    const { uid: own, token } = await client.call('login/check', form)
    enter(own, form.username, token)
  }

  /** Begins to connect with a session that was just made. */
  function enter(own: number, username: string, token: string): void {
    const known = accounts.value.find((account) => account.uid === own)
    remember({ uid: own, username, nickname: known?.nickname ?? '', avatar: known?.avatar ?? '', token })
    chooseAccount(own)
    uid.value = own
    client.setToken(token)
    connect()
  }

  /** Connects with the account of this tab; how it fares is told by `status`. */
  function connect(): void {
    void client.connect().catch(() => {
      // `status` has told it.
    })
  }

  /** What is shown of an account where one is chosen. */
  function remember(account: Account): void {
    saveAccount(account)
    accounts.value = readAccounts()
  }

  /**
   * Ends this account's session and goes on to another account of this device, or to the sign-in page. What this device
   * has kept of the chats is dropped, and what was not sent; drafts stay for the next time.
   */
  async function signOut(): Promise<void> {
    const own = uid.value
    isLeaving = true
    for (const { id } of client.unsent()) client.discard(id)
    await client.call('login/logout', {}, { timeoutMs: LOGOUT_MS }).catch(() => {
      // Without a network the session stays behind on the server; here it is forgotten all the same.
    })
    client.close()
    await dropAccount(own)
    removeAccount(own)
    leaveAccount(own)
    const next = readAccounts().find((account) => account.token !== '')
    if (next) chooseAccount(next.uid)
    location.replace(next ? '/' : '/signin')
  }

  /** Shows another account of this device, at one of its pages. Loads the client anew. */
  function switchTo(other: number, path = '/'): void {
    chooseAccount(other)
    location.assign(path)
  }

  /** Goes to the sign-in page, for an account of this device or any other, and keeps the present account. */
  function addAccount(other?: number): void {
    leaveAccount(uid.value)
    location.assign(other === undefined ? '/signin' : `/signin?account=${other}`)
  }

  /** Takes an account off this device's list; `remember` takes that back until `end`. */
  function forget(other: number): void {
    removeAccount(other)
    accounts.value = readAccounts()
  }

  /** Ends the session of an account that was forgotten, and drops what this device kept of it. */
  async function end({ uid: other, token }: Account): Promise<void> {
    await dropAccount(other)
    if (!token) return
    await createClient({ token })
      .call('login/logout')
      .catch(() => {
        // Without a network the session stays behind on the server, where any other device can end it.
      })
  }

  /** The session was ended on another device, perhaps because this one was lost: nothing that was read stays here. */
  async function sessionEnded(): Promise<void> {
    const own = uid.value
    const account = readAccounts().find((candidate) => candidate.uid === own)
    if (account) saveAccount({ ...account, token: '' })
    leaveAccount(own)
    await dropAccount(own)
    const next = encodeURIComponent(location.pathname + location.search)
    location.replace(`/signin?ended=1&next=${next}`)
  }

  return {
    ...{ accounts, uid, status, signedIn, online, reached, offlineSince, polls },
    ...{ signIn, enter, connect, signOut, switchTo, addAccount, forget, end, remember },
  }
})
