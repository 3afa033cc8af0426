import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Census, Counts } from './census.ts'
import { readChannel } from './channel.ts'
import { isReservedEvent } from './frames.ts'
import type { Hub } from './hub.ts'
import { type Apps, sameText, sign } from './signature.ts'

interface Dependencies {
  hub: Hub
  census: Pick<Census, 'count'>
  apps: Apps
  clock: Clock
}

/** What a trigger request may hold; larger bodies than this are not worth reading. */
export const TRIGGER_BODY_BYTES_MAX = 1 << 20
const EVENT_BYTES_MAX = 100 * 1024
const CHANNELS_MAX = 100
const BATCH_MAX = 100
const EVENT_NAME_CHARACTERS_MAX = 200
/** How far a request's `auth_timestamp` may be off, either way. */
const AGE_SECONDS_MAX = 600

/** A refusal; Pusher's libraries show its text. */
class Refusal extends Error {
  constructor(
    readonly status: 400 | 401 | 404 | 405 | 413,
    message: string,
  ) {
    super(message)
  }
}

interface EventRequest {
  readonly name: string
  readonly data: string
  readonly channels: readonly string[]
  readonly socketId?: string
}

/**
 * Pusher's HTTP API for a site's backend (protocol, section 2.7): `POST /apps/{id}/events`, `batch_events`,
 * `users/{uid}/terminate_connections`; `GET channels`, `channels/{name}`, `channels/{name}/users`. What is told of
 * channels is true of all nodes together. The id of the application is not looked at, its key is.
 */
export class Trigger {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Answers a request, errors included.
   * @param path the path as the client signed it
   * @param body the raw text of the body, empty for `GET`
   * @returns nothing when the path is not one of this API
   */
  async handle(request: Request, path: string, body: string): Promise<Response | undefined> {
    const match = /^\/apps\/[^/]+\/(.+)$/.exec(path)
    if (!match) return undefined
    const query = new URL(request.url).searchParams
    try {
      this.#authenticate(request.method, path, query, body)
      return Response.json(await this.#answer(request.method, match[1]!.split('/'), query, body))
    } catch (error) {
      if (error instanceof Refusal) return new Response(error.message, { status: error.status })
      throw error
    }
  }

  #authenticate(method: string, path: string, query: URLSearchParams, body: string): void {
    const app = this.dependencies.apps.find(query.get('auth_key') ?? '')
    if (!app) throw new Refusal(401, 'Invalid app_key')
    const signed = [...query]
      .filter(([name]) => name !== 'auth_signature')
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .sort(([one], [other]) => (one < other ? -1 : Number(one > other)))
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
    const expected = sign(app.secret, `${method}\n${path}\n${signed}`)
    if (!sameText(query.get('auth_signature') ?? '', expected)) throw new Refusal(401, 'Invalid signature')
    const ageSeconds = Math.abs(
      this.dependencies.clock() / 1000 - Number(query.get('auth_timestamp') ?? Number.NaN),
    )
    if (!(ageSeconds <= AGE_SECONDS_MAX))
      throw new Refusal(401, `Timestamp expired: more than ${AGE_SECONDS_MAX} s off`)
    // A GET has no body to vouch for; everything else is only as good as its digest.
    if (method === 'GET' && body === '') return
    const digest = createHash('md5').update(body).digest('hex')
    if (!sameText(query.get('body_md5') ?? '', digest)) throw new Refusal(401, 'Invalid body_md5')
  }

  /** @throws Refusal when the request makes no sense */
  async #answer(method: string, parts: string[], query: URLSearchParams, body: string): Promise<unknown> {
    const [noun, name, detail] = parts
    if (noun === 'events' && !name) return this.#post(method, body, (value) => this.#events(value))
    if (noun === 'batch_events' && !name) return this.#post(method, body, (value) => this.#batch(value))
    if (noun === 'users' && name && detail === 'terminate_connections') {
      return this.#post(method, body, () => this.#terminate(name))
    }
    if (noun !== 'channels') throw new Refusal(404, 'Unknown path')
    if (method !== 'GET') throw new Refusal(405, 'Use GET')
    if (name === undefined) return this.#channels(query)
    const channel = decodeName(name)
    if (detail === undefined) {
      const counts = await this.dependencies.census.count({ names: [channel] })
      return { occupied: counts.has(channel), ...this.#describe(channel, query.get('info'), counts) }
    }
    if (detail !== 'users') throw new Refusal(404, 'Unknown path')
    if (!channel.startsWith('presence-'))
      throw new Refusal(400, 'Users can be listed for presence channels only')
    return { users: this.dependencies.hub.subscriptions.members.ids(channel).map((id) => ({ id })) }
  }

  #post(method: string, body: string, run: (value: Record<string, unknown>) => unknown): unknown {
    if (method !== 'POST') throw new Refusal(405, 'Use POST')
    if (Buffer.byteLength(body) > TRIGGER_BODY_BYTES_MAX) {
      throw new Refusal(413, `The body is too large: at most ${TRIGGER_BODY_BYTES_MAX} bytes`)
    }
    return run(parseObject(body))
  }

  #events(value: Record<string, unknown>): unknown {
    const event = readEvent(value)
    this.#publish(event)
    return this.#info(value.info, event.channels)
  }

  async #batch({ batch }: Record<string, unknown>): Promise<unknown> {
    if (!Array.isArray(batch)) throw new Refusal(400, 'batch has to be a list')
    if (batch.length > BATCH_MAX) throw new Refusal(400, `Too many events: at most ${BATCH_MAX}`)
    // All are read before the first is sent: a bad one must not leave half a batch behind.
    const events = batch.map((item) => readEvent(item))
    for (const event of events) this.#publish(event)
    if (!batch.some((item) => item.info)) return {}
    const names = events.map(({ channels }) => channels[0]!)
    const counts = await this.dependencies.census.count({ names: [...new Set(names)] })
    return {
      batch: batch.map((item, index) => this.#describe(names[index]!, textOf(item.info), counts)),
    }
  }

  #terminate(uid: string): unknown {
    if (!/^[1-9]\d{0,14}$/.test(uid)) throw new Refusal(400, 'Invalid user id')
    this.dependencies.hub.disconnectUser(Number(uid))
    return {}
  }

  #publish({ name, data, channels, socketId }: EventRequest): void {
    for (const channel of channels) this.dependencies.hub.publishRaw(channel, name, data, socketId)
  }

  async #info(info: unknown, channels: readonly string[]): Promise<unknown> {
    if (!info) return {}
    const counts = await this.dependencies.census.count({ names: [...new Set(channels)] })
    return { channels: this.#describeAll(channels, textOf(info), counts) }
  }

  async #channels(query: URLSearchParams): Promise<unknown> {
    const counts = await this.dependencies.census.count({ prefix: query.get('filter_by_prefix') ?? '' })
    return { channels: this.#describeAll([...counts.keys()], query.get('info'), counts) }
  }

  #describeAll(names: readonly string[], info: string | null | undefined, counts: Counts): unknown {
    return Object.fromEntries(names.map((name) => [name, this.#describe(name, info, counts)]))
  }

  /** The attributes of a channel that `info` asks for; users are counted on presence channels only. */
  #describe(name: string, info: string | null | undefined, counts: Counts): Record<string, number> {
    const wanted = new Set(info?.split(',').map((item) => item.trim()))
    const attributes: Record<string, number> = {}
    if (wanted.has('user_count') && name.startsWith('presence-')) {
      attributes.user_count = this.dependencies.hub.subscriptions.members.count(name)
    }
    if (wanted.has('subscription_count')) attributes.subscription_count = counts.get(name) ?? 0
    return attributes
  }
}

/** @throws Refusal when it is not an event that may be sent */
function readEvent(value: unknown): EventRequest {
  if (typeof value !== 'object' || value === null) throw new Refusal(400, 'An event has to be an object')
  const {
    name,
    data = '',
    channel,
    channels = [channel],
    socket_id: socketId,
  } = value as Record<string, unknown>
  if (typeof name !== 'string' || name === '') throw new Refusal(400, 'Missing name')
  if (name.length > EVENT_NAME_CHARACTERS_MAX) throw new Refusal(400, 'The event name is too long')
  if (isReservedEvent(name)) throw new Refusal(400, 'The event name is reserved')
  if (!Array.isArray(channels) || channels.length === 0) throw new Refusal(400, 'Missing channels')
  if (channels.length > CHANNELS_MAX) throw new Refusal(400, `Too many channels: at most ${CHANNELS_MAX}`)
  for (const one of channels) {
    if (!readChannel(one)) throw new Refusal(400, `Invalid channel name: ${String(one).slice(0, 200)}`)
  }
  const text = jsonText(data)
  if (Buffer.byteLength(text) > EVENT_BYTES_MAX) {
    throw new Refusal(
      413,
      `The data content of this event exceeds the allowed maximum (${EVENT_BYTES_MAX} bytes)`,
    )
  }
  if (socketId !== undefined && socketId !== null && !/^\d+\.\d+$/.test(String(socketId))) {
    throw new Refusal(400, 'Invalid socket_id')
  }
  return { name, data: text, channels, socketId: textOf(socketId) }
}

/** Libraries send the data as JSON text; a plain text or a bare value is made into it, because clients parse it. */
function jsonText(data: unknown): string {
  if (typeof data !== 'string') return JSON.stringify(data)
  try {
    JSON.parse(data)
    return data
  } catch {
    return JSON.stringify(data)
  }
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal(400, 'The body has to be a JSON object')
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    throw new Refusal(400, 'Invalid channel name')
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
