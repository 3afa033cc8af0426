import type { Contact, ContactTree } from '@parley/contract'
import { initialOf } from '../../media/index.ts'
import type { Database } from '../../storage/index.ts'
import { type Account, pictureOf, type Users } from '../users/index.ts'
import { friendsWithRemarks, strangersInChats } from './repository.ts'

/** How many temporary chats are listed, the newest ones. */
const TEMPORARY_CHATS_MAX = 2000

interface Sources {
  db: Database
  users: Users
}

/** The address book: all friends of a user, also those whose chats are hidden. */
export async function friendTree({ db, users }: Sources, uid: number): Promise<ContactTree> {
  const friends = await friendsWithRemarks(db, uid)
  const accounts = await users.findMany(friends.map((friend) => friend.uid))
  return treeOf(
    friends.flatMap((friend) => {
      const account = accounts.get(friend.uid)
      return account ? [contactOf(account, friend.remark)] : []
    }),
  )
}

/** The people of temporary chats: there are messages, the chat is not hidden, and the two are not friends. */
export async function temporaryTree({ db, users }: Sources, uid: number): Promise<ContactTree> {
  const strangers = await strangersInChats(db, uid, TEMPORARY_CHATS_MAX)
  const accounts = await users.findMany(strangers)
  return treeOf([...accounts.values()].map((account) => contactOf(account, '')))
}

function contactOf(account: Account, remark: string): Contact {
  const name = remark || account.nickname
  return {
    uid: account.uid,
    avatar: pictureOf(account),
    state: account.state,
    name,
    nickname: account.nickname,
    initials: initialOf(name),
    is_member: account.is_member === 1 ? 1 : 0,
  }
}

/** Letter → uid → person; the letters in order, `#` last. */
function treeOf(contacts: readonly Contact[]): ContactTree {
  const tree: ContactTree = {}
  const letters = new Set(contacts.map(({ initials }) => initials))
  for (const letter of [...letters].sort(byLetter)) tree[letter] = {}
  for (const contact of contacts) tree[contact.initials]![contact.uid] = contact
  return tree
}

const byLetter = (a: string, b: string) => Number(a === '#') - Number(b === '#') || (a < b ? -1 : 1)
