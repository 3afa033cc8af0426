import { AppError } from '@parley/contract'
import type { ExpressionBuilder } from 'kysely'
import type { Tables } from '../../storage/index.ts'
import type { Chat } from './chat-entries.ts'

/** The place of a chat in the list, from the top: pinned, then newest, then (of the same millisecond) last begun. */
type Place = Pick<Chat, 'pinned' | 'last_at' | 'conversation_id'>

const PLACE = /^([01])\.(\d{1,15})\.(\d{1,15})$/

/** A text that names a place; clients hand it back as it is. */
export const cursorOf = ({ pinned, last_at, conversation_id }: Place): string =>
  Buffer.from(`${pinned}.${last_at}.${conversation_id}`).toString('base64url')

/** @throws AppError illegal_parameter */
export function placeOf(cursor: string): Place {
  const [, pinned, lastAt, id] = PLACE.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  if (id === undefined) throw new AppError('illegal_parameter')
  return { pinned: Number(pinned), last_at: Number(lastAt), conversation_id: Number(id) }
}

/** The condition that a chat comes after a place. */
export const comesAfter =
  ({ pinned, last_at, conversation_id }: Place) =>
  ({
    eb,
    and,
    or,
  }: ExpressionBuilder<Tables & { m: Tables['membership']; c: Tables['conversation'] }, 'm' | 'c'>) =>
    or([
      eb('m.pinned', '<', pinned),
      and([
        eb('m.pinned', '=', pinned),
        or([
          eb('c.last_at', '<', last_at),
          and([eb('c.last_at', '=', last_at), eb('c.id', '<', conversation_id)]),
        ]),
      ]),
    ])
