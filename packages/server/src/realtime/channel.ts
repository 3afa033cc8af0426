import { type Channel, isChannelName, parseChannel } from '@parley/contract'

/** A channel's name, taken apart. */
export interface ChannelName {
  /** As the client wrote it: `private-group-7`. */
  readonly name: string
  /** Without the prefix: `group-7`. What product code publishes to. */
  readonly base: string
  readonly visibility: Channel['visibility']
  /**
   * `user`, `group`, `global`: Parley's own. `reserved`: looks like one of its own but is not (`user-09`,
   * `group-x`), open to nobody. `custom`: anything else, for a site's backend to use.
   */
  readonly kind: 'user' | 'group' | 'global' | 'custom' | 'reserved'
  /** The uid or gid; 0 for the other kinds. */
  readonly id: number
}

const RESERVED_BASE = /^(?:user|group)-/

/** Takes a name from outside apart; nothing when it cannot be a channel's name. */
export function readChannel(name: unknown): ChannelName | undefined {
  if (typeof name !== 'string' || !isChannelName(name)) return undefined
  const { visibility, kind, id } = parseChannel(name)
  const base = visibility === 'public' ? name : name.slice(visibility.length + 1)
  if (base === '') return undefined
  if (kind === 'other')
    return { name, base, visibility, kind: RESERVED_BASE.test(base) ? 'reserved' : 'custom', id }
  // Who is online at all is nobody's business: a presence form exists for groups only.
  if (visibility === 'presence' && kind !== 'group') {
    return { name, base, visibility, kind: kind === 'user' ? 'reserved' : 'custom', id: 0 }
  }
  return { name, base, visibility, kind, id }
}

/** The names under which clients may listen to what is published to `base`. */
export function formsOf(base: string): readonly string[] {
  if (base.startsWith('group-')) return [base, `private-${base}`, `presence-${base}`]
  if (base.startsWith('user-') || base === 'global') return [base, `private-${base}`]
  return [base]
}

/** Client-side encrypted channels: the server cannot vouch for what clients would send there. */
export const isEncrypted = (name: string): boolean => name.startsWith('private-encrypted-')
