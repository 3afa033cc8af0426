import { AppError, pushAuth, pushEmit } from '@parley/contract'
import { implement, type Operation } from '../../operation.ts'
import type { App, Guard, Hub } from '../../realtime/index.ts'

interface Services {
  /** The application that signs for `push/auth`. */
  app: App
  guard: Pick<Guard, 'grant'>
  hub: Pick<Hub, 'publishRaw'>
}

/** Names that only the protocol itself may send. */
const RESERVED_EVENT = /^(pusher|woker|parley)(_internal)?:/

/** The operations under `push/`. */
export function pushOperations({ app, guard, hub }: Services): Operation[] {
  return [
    implement(pushAuth, async ({ actor }, { channel_name: channelName, socket_id: socketId }) => {
      const { uid, sessionId } = actor
      const grant = await guard.grant(app, { channelName, socketId, uid, sessionId })
      if (!grant) throw new AppError('forbidden')
      return grant
    }),

    implement(pushEmit, (_, { channel, event, data, socket_id: exceptSocketId }) => {
      if (RESERVED_EVENT.test(event)) throw new AppError('illegal_parameter')
      hub.publishRaw(channel, event, data ?? '{}', exceptSocketId)
    }),
  ]
}
