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
      if (data !== undefined) requireJson(data)
      hub.publishRaw(channel, event, data ?? '{}', exceptSocketId)
    }),
  ]
}

/** Clients parse the data of every event. */
function requireJson(data: string): void {
  try {
    JSON.parse(data)
  } catch {
    const expected = { zh: '应为 JSON 文本', en: 'must be JSON text' }
    throw new AppError('invalid_parameter', { name: 'data', expected })
  }
}
