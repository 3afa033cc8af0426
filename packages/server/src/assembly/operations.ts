import { accountOperations, hashPassword, verifyPassword } from '../modules/accounts/index.ts'
import { adminOperations } from '../modules/admin/index.ts'
import { draftOperations } from '../modules/drafts/index.ts'
import { friendOperations } from '../modules/friends/index.ts'
import { ChatList, popOperations } from '../modules/pop/index.ts'
import { pushOperations } from '../modules/push/index.ts'
import { qrcodeOperations } from '../modules/qrcode/index.ts'
import { replyOperations } from '../modules/replies/index.ts'
import { settingsOperations } from '../modules/settings/index.ts'
import { smsOperations } from '../modules/sms/index.ts'
import { uploadOperations } from '../modules/uploads/index.ts'
import { userOperations } from '../modules/users/index.ts'
import type { Operation } from '../operation.ts'
import type { Realtime } from '../realtime/index.ts'
import type { Ground } from './ground.ts'
import type { People } from './people.ts'
import type { Talk } from './talk.ts'

/** Every operation of the API, with the services that carry it out. */
export function createOperations(
  ground: Ground,
  people: People,
  talk: Talk,
  realtime: Realtime,
): Operation[] {
  const { db, clock, files } = ground
  const { settings, users, sessions, credentials, login, codes, setup, apps } = people
  const { conversations, friends, requests, profiles, invites, replies, messages, drafts } = talk
  const { groups } = talk.groups
  const { chats } = messages
  const endSessions = (uid: number) => sessions.endAll(uid)
  return [
    ...accountOperations({ users, sessions, credentials, login, codes }),
    ...smsOperations({ db, users, settings, codes }),
    ...adminOperations({ settings, setup, login }),
    ...settingsOperations({ settings }),
    ...userOperations({ users, profiles, hashPassword, verifyPassword, endSessions }),
    ...friendOperations({ friends, requests, users, conversations }),
    ...talk.groups.operations,
    ...replyOperations({ replies }),
    ...messages.operations,
    ...draftOperations({ drafts }),
    ...popOperations({
      users,
      friends,
      groups,
      chats,
      chatList: new ChatList({ db, users, friends }),
      conversations,
      settings,
      clock,
    }),
    ...uploadOperations({ db, clock, settings, users, groups, files }),
    ...qrcodeOperations({ settings, users, groups, invites }),
    ...pushOperations({ app: apps.pusher, guard: realtime.guard, hub: realtime.hub }),
  ]
}
