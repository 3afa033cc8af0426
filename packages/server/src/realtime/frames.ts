import type { Envelope } from '@parley/contract'

/**
 * The frames that the server sends (protocol, section 2.2). `data` is JSON text inside JSON, because old clients
 * parse the `data` of every frame; `error` and Parley's own `parley:result` alone carry an object.
 */

/** The prefix of the protocol's own events; same frames otherwise. */
export type Dialect = 'pusher' | 'woker'
export const DIALECTS: readonly Dialect[] = ['pusher', 'woker']

/** Events that only the server makes: neither clients nor the trigger API may send them. */
export const isReservedEvent = (event: string): boolean =>
  /^(?:pusher|woker|pusher_internal|woker_internal|parley):/.test(event)

const frame = (event: string, data: unknown, channel?: string): string =>
  JSON.stringify({ event, data, channel })
const text = (value: unknown): string => JSON.stringify(value)

export const establishedFrame = (
  dialect: Dialect,
  socketId: string,
  activityTimeoutSeconds: number,
): string =>
  frame(
    `${dialect}:connection_established`,
    text({ socket_id: socketId, activity_timeout: activityTimeoutSeconds }),
  )

/** @param code a close code of the protocol, or null where the connection stays */
export const errorFrame = (dialect: Dialect, code: number | null, message: string): string =>
  frame(`${dialect}:error`, { code, message })

export const pongFrame = (dialect: Dialect): string => frame(`${dialect}:pong`, '{}')

/** What a presence channel tells a new subscriber. */
export interface MemberList {
  readonly count: number
  readonly ids: readonly string[]
  readonly hash: Readonly<Record<string, unknown>>
}

export const succeededFrame = (dialect: Dialect, channel: string, presence?: MemberList): string =>
  frame(`${dialect}_internal:subscription_succeeded`, presence ? text({ presence }) : '{}', channel)

export const subscriptionErrorFrame = (dialect: Dialect, channel: string, error: string): string =>
  frame(`${dialect}:subscription_error`, text({ type: 'AuthError', error, status: 403 }), channel)

export const memberAddedFrame = (dialect: Dialect, channel: string, id: string, info: unknown): string =>
  frame(`${dialect}_internal:member_added`, text({ user_id: id, user_info: info }), channel)

export const memberRemovedFrame = (dialect: Dialect, channel: string, id: string): string =>
  frame(`${dialect}_internal:member_removed`, text({ user_id: id }), channel)

/**
 * An application event up to the channel's name: the same for every form of the channel, so the payload is escaped
 * once. Finish it with {@link onChannel}.
 * @param data JSON text
 */
export const eventHead = (event: string, data: string): string =>
  `{"event":${JSON.stringify(event)},"data":${JSON.stringify(data)},"channel":"`

/** @param channel a valid name: nothing in its alphabet needs escaping */
export const onChannel = (head: string, channel: string): string => `${head}${channel}"}`

/** A client's event for the others on a channel. `userId` is told on presence channels. */
export const clientEventFrame = (event: string, data: string, channel: string, userId?: string): string =>
  JSON.stringify({ event, data, channel, user_id: userId })

export const resultFrame = (id: string | number | null, { code, msg, data }: Envelope): string =>
  frame('parley:result', { id, code, msg, data })

/** Events may have been missed that no later one makes up for: clients read anew what they show. */
export const RESYNC_FRAME: string = frame('parley:resync', '{}')

/** From this length on a frame is worth compressing. */
const COMPRESS_FROM_CHARACTERS = 4096

/** Whether a frame should be sent deflated to clients that can read it: small ones cost more than they save. */
export const isWorthCompressing = (text: string): boolean => text.length >= COMPRESS_FROM_CHARACTERS
