import { escapeAnswer } from '@parley/contract'
import type { Dispatcher } from '../faces/dispatch.ts'
import { callOverSocket } from '../faces/socket.ts'
import { pictureOf } from '../modules/users/index.ts'
import { createRealtime, type Realtime } from '../realtime/index.ts'
import type { Ground } from './ground.ts'
import type { People } from './people.ts'
import type { Talk } from './talk.ts'

/** The live side, with the site's rules about who may listen to what. */
export function createLive(
  ground: Ground,
  people: People,
  talk: () => Talk,
  dispatcher: () => Dispatcher,
): Realtime {
  const { config, timings, clock, cluster } = ground
  const { apps, users, sessions, settings } = people
  const outgoing = <Data>(data: Data): Data => (settings.on('html_escape') ? escapeAnswer(data) : data)
  const live: Realtime = createRealtime({
    apps,
    clock,
    timings,
    bus: cluster.bus,
    claims: cluster.claims,
    nodeId: cluster.nodeId,
    async authorize(uid, kind, id) {
      if (kind === 'group') return talk().groups.groups.isMember(id, uid)
      return uid === id && (await users.find(uid))?.account_state === 'normal'
    },
    livingSessions: (ids) => sessions.living(ids),
    async describe(uid) {
      const account = await users.find(uid)
      return outgoing({ name: account?.nickname ?? '', avatar: account ? pictureOf(account) : '' })
    },
    call: (identity, path, params) => callOverSocket(dispatcher(), identity, path, params),
    onlineUids: () => users.onlineUids(),
    async setState(uid, state, at) {
      await users.setState(uid, state, at)
      const friends = await talk().friends.uidsOf(uid)
      if (friends.length > 0)
        live.hub.publish(
          friends.map((friend) => `user-${friend}`),
          'state',
          { uid, state },
        )
    },
    transform: (_, payload) => outgoing(payload),
    webhook: config.webhookUrl ? { url: config.webhookUrl, app: apps.pusher } : undefined,
  })
  return live
}
