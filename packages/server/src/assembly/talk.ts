import { Conversations } from '../modules/conversations/index.ts'
import { Drafts } from '../modules/drafts/index.ts'
import { FriendRequests, Friends, Profiles, tellProfile } from '../modules/friends/index.ts'
import { createGroups } from '../modules/groups/index.ts'
import { createMessages } from '../modules/messages/index.ts'
import { Invites } from '../modules/qrcode/index.ts'
import { Replies } from '../modules/replies/index.ts'
import type { Realtime } from '../realtime/index.ts'
import type { Ground } from './ground.ts'
import type { People } from './people.ts'

const GREETING = '我通过了你的好友请求，我们来聊天吧'

/** Who talks where: friends, groups, messages. */
export function createTalk(ground: Ground, people: People, realtime: () => Realtime) {
  const { db, clock, cluster, files, publish } = ground
  const { settings, users, secrets } = people
  const common = { db, clock, invalidations: cluster.bus, publish, users }
  const conversations = new Conversations(common)
  const friends = new Friends({ ...common, conversations })
  const invites = new Invites({ secret: secrets.invite, clock })
  const groups = createGroups({
    ...common,
    settings,
    friends,
    conversations,
    files,
    verifyInvite: (token, gid) => invites.verify(token, gid),
    admit: (uid, channel) => realtime().hub.admit(uid, channel),
    evict: (uid, channel) => realtime().hub.evict(uid, channel),
  })
  const replies = new Replies(common)
  const messages = createMessages({
    ...common,
    settings,
    friends,
    groups: groups.groups,
    conversations,
    replies,
  })
  const drafts = new Drafts({ ...common, groups: groups.groups })
  const requests = new FriendRequests({
    ...common,
    friends,
    settings,
    greet: (from, to) => messages.sending.send(from, { to, type: 'friend', content: GREETING }),
  })
  const profiles = new Profiles({ db, users, friends, settings })
  users.onProfileChanged((change) => tellProfile({ friends, publish }, change))
  return { conversations, friends, requests, profiles, invites, groups, replies, messages, drafts }
}

export type Talk = ReturnType<typeof createTalk>
