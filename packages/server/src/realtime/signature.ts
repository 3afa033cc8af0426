import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Dialect } from './frames.ts'

/** A websocket application: what a client names in `/app/{key}` and what signs for it. */
export interface App {
  readonly key: string
  readonly secret: string
  /** Event prefix that its clients speak. */
  readonly dialect: Dialect
}

/** The applications of this site. */
export interface Apps {
  find(key: string): App | undefined
}

/** Hex HMAC-SHA256. */
export const sign = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex')

/** Compares two texts in a time that does not tell where they differ. */
export function sameText(given: string, expected: string): boolean {
  const one = Buffer.from(given)
  const other = Buffer.from(expected)
  return one.length === other.length && timingSafeEqual(one, other)
}

/**
 * The `auth` of a subscription (protocol, section 2.4): `key:hex`.
 * @param channelData presence channels only: the very JSON text that the client will send
 */
export function signChannel(
  app: Pick<App, 'key' | 'secret'>,
  socketId: string,
  channel: string,
  channelData?: string,
): string {
  const text = channelData === undefined ? `${socketId}:${channel}` : `${socketId}:${channel}:${channelData}`
  return `${app.key}:${sign(app.secret, text)}`
}

/** Whether `auth` was made by one of the site's applications for exactly this socket, channel and data. */
export function isSigned(
  apps: Apps,
  auth: string,
  socketId: string,
  channel: string,
  channelData?: string,
): boolean {
  const app = apps.find(auth.slice(0, Math.max(auth.lastIndexOf(':'), 0)))
  return app !== undefined && sameText(auth, signChannel(app, socketId, channel, channelData))
}
