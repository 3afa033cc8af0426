import type { ChatMessage, ClientEvents, Home } from '@parley/client'
import { watch } from 'vue'
import { client } from '@/sdk.ts'
import { useAttachments } from './attachments.ts'
import { bundle } from './bundle.ts'
import { useChats } from './chats.ts'
import { useGroups } from './groups.ts'
import { useMe } from './me.ts'
import { useMessages } from './messages.ts'
import { usePeople } from './people.ts'
import { useRequests } from './requests.ts'
import { useSession } from './session.ts'
import { useSite } from './site.ts'

/** Hands on everything that the connection tells to the stores. Called once, before connecting. */
export function followLive(): void {
  const [site, session, me] = [useSite(), useSession(), useMe()]
  const [people, groups] = [usePeople(), useGroups()]
  const [chats, messages, requests, attachments] = [
    useChats(),
    useMessages(),
    useRequests(),
    useAttachments(),
  ]
  const news = bundle<ChatMessage>((message) => {
    const from = Number(message.from)
    if (from !== me.uid && !people.byId.has(from))
      people.learn({ uid: from, nickname: message.from_name, avatar: message.from_avatar })
    messages.arrived(message)
  })
  /** What is told about messages comes after them. */
  const after = <Name extends keyof ClientEvents>(name: Name, act: (event: ClientEvents[Name]) => void) =>
    client.on(name, (event) => {
      news.flush()
      act(event)
    })

  after('home', (home) => {
    learnHome(home)
    if (!chats.fresh) {
      chats.fresh = true
      messages.began()
    }
    // While it is connected, this says that events may be missing. When it connects, see below.
    if (client.status.state === 'online') messages.outdated()
  })
  // What is read anew may leave open how the chat on the screen is set.
  watch(
    () => messages.looking && chats.byKey.get(messages.looking.key)?.known,
    (known) => {
      const line = messages.looking && messages.timelines.get(messages.looking.key)
      if (known === false && line) chats.ensure(line.chat)
    },
  )
  let wasReached = false
  watch(
    () => session.polls,
    (polls) => {
      wasReached ||= polls
    },
    { flush: 'sync' },
  )
  client.on('connection', ({ state }) => {
    if (state !== 'online') return
    if (wasReached) messages.outdated()
    wasReached = true
  })
  client.on('settingChange', (settings) => site.learn(settings))
  client.on('message', news.push)
  after('outbox', (message) => messages.outboxChanged(message))
  after('gap', (gap) => messages.missed(gap))
  after('revoke', (event) => {
    messages.revoked(event)
    attachments.forgetQuote(event.mid)
  })
  after('message_delete', (event) => {
    messages.deleted(event)
    attachments.forgetQuote(event.mid)
  })
  after('read', (event) => {
    if (Number(event.uid) === me.uid) chats.readElsewhere(event)
    else messages.peerRead(event)
  })
  after('chatUpdate', (event) => {
    chats.updated(event)
    messages.cleared(event)
  })
  client.on('state', ({ uid, state }) => {
    if (people.byId.has(uid)) people.learn({ uid, state })
  })

  client.on('remark', ({ type, id, remark }) => {
    if (type === 'friend') people.remarkChanged(Number(id), remark)
    else groups.remarkChanged(Number(id), remark)
  })
  let receipts: number | undefined
  client.on('profile', ({ uid, nickname, avatar, sign, read_receipts }) => {
    const known = people.byId.get(uid)
    if (known) {
      // Who has no remark stands in the address book by this name.
      if (known.isFriend && known.remark === '' && known.nickname !== nickname) people.loadFriendsSoon()
      people.learn({ uid, nickname, avatar, sign })
    }
    if (uid !== me.uid) return
    me.profileChanged({ nickname, avatar, sign }, read_receipts)
    // What was read while they were off was not told.
    if (read_receipts === 1 && receipts !== 1) messages.outdated()
    receipts = read_receipts
  })

  client.on('friendApply', () => requests.changed())
  client.on('friendApplyUpdate', () => requests.changed())
  client.on('addFriend', ({ uid, name, avatar }) => {
    people.learn({ uid, avatar, isFriend: true, ...(people.byId.has(uid) ? {} : { nickname: name }) })
    people.loadFriendsSoon()
    // Whatever has made them friends has answered their requests.
    requests.changed()
  })
  for (const name of ['removeFriend', 'friendDelete'] as const) {
    client.on(name, ({ uid }) => people.unfriended(Number(uid)))
  }
  client.on('addGroup', ({ gid, groupname, avatar }) => {
    groups.learn({ gid, name: groupname, avatar })
    const chat = chats.ensure({ type: 'group', id: gid })
    Object.assign(chat, { name: groupname, avatar })
  })
  after('removeGroup', ({ gid, uid }) => {
    // Whoever left or was sent away is told by whom.
    if (uid === undefined) groups.dissolved.add(gid)
    groups.forget(gid)
    chats.forget({ type: 'group', id: gid })
    messages.forget({ type: 'group', id: gid })
  })
  client.on('updateGroup', (event) => groups.update(event))
}

/** Takes in everything about the user, from the server or from what was kept on this device. */
export function learnHome(home: Home): void {
  useSite().learn(home.setting)
  useMe().learn(home.mine)
  usePeople().learnFriends(home.friend)
  useGroups().learnAll(home.group)
  useChats().learnHome(home.chatting)
  useRequests().learnCount(home.mine.unread_friend_apply_count)
}
