import type { DataOf, Home } from '@parley/client'
import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { client, errorCode } from '@/sdk.ts'

type Contact = Home['friend'][string][string]
type Detail = DataOf<'user/detail'>

/** A person, as far as this page knows them. */
export interface Person {
  uid: number
  nickname: string
  /** What the user calls them; empty without. */
  remark: string
  avatar: string
  state: 'online' | 'offline'
  isFriend: boolean
  isMember: boolean
  /** One of the two opened the other's account; known after `detail`. */
  isFamily?: boolean
  /** `A` to `Z`, or `#`. Friends only. */
  initials: string
  /** Known after `detail`. */
  username?: string
  sign?: string
  nid?: number
  /** When they were last online, Unix seconds; 0 for never. */
  lastOnline?: number
}

/** A burst of changes to the address book is one reading, ms. */
const SETTLE_MS = 200

/** The server's codes for "there is nobody", and for "that is not for you". */
const [NOBODY, FORBIDDEN] = [101, 3]

/** Whether a person was asked for whom the site does not have. */
export const isNobody = (failure: unknown): boolean => errorCode(failure) === NOBODY

/** Whether a person was asked for whose profile is closed to the user. */
export const isClosed = (failure: unknown): boolean => errorCode(failure) === FORBIDDEN

/** Everybody this page has heard of, by uid. */
export const usePeople = defineStore('people', () => {
  const byId = reactive(new Map<number, Person>())
  const friendsKnown = ref(false)
  /** Who is known to have been asked to be friends, and has not answered yet. */
  const asked = reactive(new Set<number>())

  /** The name to show: the remark, the nickname, or what the caller knows meanwhile. */
  const name = (uid: number, fallback = ''): string => {
    const person = byId.get(uid)
    return person?.remark || person?.nickname || fallback
  }

  const friends = computed(() => [...byId.values()].filter((person) => person.isFriend))
  /** The address book: letters in order, `#` at the end, people by name. */
  const addressBook = computed(() => {
    const letters = new Map<string, Person[]>()
    for (const person of friends.value) {
      const letter = person.initials || '#'
      letters.set(letter, [...(letters.get(letter) ?? []), person])
    }
    return [...letters]
      .sort(([a], [b]) => Number(a === '#') - Number(b === '#') || a.localeCompare(b))
      .map(([letter, people]) => ({
        letter,
        people: people.sort((a, b) => name(a.uid).localeCompare(name(b.uid), 'zh-CN')),
      }))
  })

  function learn(person: Partial<Person> & { uid: number }): Person {
    if (person.isFriend) asked.delete(person.uid)
    const known = byId.get(person.uid)
    if (known) return Object.assign(known, person)
    const blank = { nickname: '', remark: '', avatar: '', state: 'offline', initials: '' } as const
    byId.set(person.uid, { ...blank, isFriend: false, isMember: false, ...person })
    return byId.get(person.uid)!
  }

  /** `name` of a contact is the remark, where there is one. */
  function learnContact(contact: Contact, isFriend: boolean): void {
    const { uid, avatar, state, initials, name: shown, nickname } = contact
    const remark = shown === nickname ? '' : shown
    learn({ uid, avatar, state, initials, isFriend, nickname, remark, isMember: contact.is_member === 1 })
  }

  /** Takes in the address book: who is not in it is no friend. */
  function learnFriends(tree: Home['friend']): void {
    const uids = new Set<number>()
    for (const people of Object.values(tree)) {
      for (const contact of Object.values(people)) {
        uids.add(contact.uid)
        learnContact(contact, true)
      }
    }
    for (const { uid, isFriend } of byId.values()) if (isFriend && !uids.has(uid)) unfriended(uid)
    friendsKnown.value = true
  }

  function learnDetail(detail: Detail): Person {
    if (detail.is_asked) asked.add(detail.uid)
    else if (detail.is_friend !== undefined) asked.delete(detail.uid)
    const { uid, nickname, avatar, state, username, sign, nid, logout_timestamp } = detail
    return learn({
      ...{ uid, nickname, avatar, state, username, sign, nid },
      lastOnline: logout_timestamp,
      isMember: detail.is_member === 1,
      ...(detail.is_friend === undefined
        ? {}
        : { isFriend: detail.is_friend, isFamily: detail.is_family === true }),
      ...(detail.remark === undefined ? {} : { remark: detail.remark }),
    })
  }

  /** Reads a person's whole profile. @throws ParleyError (101: there is nobody), NetworkError */
  async function detail(uid: number): Promise<Person> {
    return learnDetail(await client.call('user/detail', { uid }))
  }

  /** Looks somebody up by username or number. @throws ParleyError (101: there is nobody), NetworkError */
  async function find(text: string): Promise<number> {
    return learnDetail(await client.call('user/getbyname', { username: text })).uid
  }

  /** Reads the address book anew. @throws ParleyError, NetworkError */
  async function loadFriends(): Promise<void> {
    learnFriends(await client.call('friend/getlist'))
  }

  /** Gives a friend another name for oneself; empty removes it. @throws ParleyError, NetworkError */
  async function setRemark(uid: number, remark: string): Promise<void> {
    await client.call('friend/remark', { friend_uid: uid, remark })
    remarkChanged(uid, remark)
  }

  /** A friend has another name now, given here or on another device; the address book stands in its order. */
  function remarkChanged(uid: number, remark: string): void {
    learn({ uid, remark })
    loadFriendsSoon()
  }

  /** The address book has changed: it is read once for a burst of changes. */
  const loadFriendsSoon = useDebounceFn(
    () =>
      loadFriends().catch(() => {
        // Only the letter under which somebody stands is an old one.
      }),
    SETTLE_MS,
  )

  /** Asks somebody to be friends. @throws ParleyError, NetworkError */
  async function apply(uid: number, postscript: string): Promise<void> {
    await client.call('friend/apply', { friend_uid: uid, postscript })
    asked.add(uid)
  }

  /** Ends a friendship. @throws ParleyError, NetworkError */
  async function unfriend(uid: number): Promise<void> {
    await client.call('friend/delete', { friend_uid: uid })
    unfriended(uid)
  }

  /** Somebody is a friend no more, ended here or elsewhere: what the user called them has gone with that. */
  function unfriended(uid: number): void {
    if (byId.has(uid)) learn({ uid, isFriend: false, remark: '' })
  }

  return {
    ...{ byId, friends, friendsKnown, asked, addressBook, name },
    ...{
      learn,
      learnContact,
      learnFriends,
      detail,
      find,
      loadFriends,
      loadFriendsSoon,
      setRemark,
      remarkChanged,
      apply,
      unfriend,
      unfriended,
    },
  }
})
