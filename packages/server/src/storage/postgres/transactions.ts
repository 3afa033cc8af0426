import type { TransactionOptions } from '../database.ts'
import { DatabaseError } from '../errors.ts'
import type { Run } from './connection.ts'
import type { Pool } from './pool.ts'

/** A connection with a transaction begun on it. */
export interface HeldConnection {
  readonly run: Run
  /** Gives it back; `broken` when it may be in the middle of something. */
  release(state: 'clean' | 'broken'): void
}

/**
 * The conversation first and then its group, as everybody takes them: a batch of messages locks the conversation before it
 * touches memberships, too, so nobody waits in a circle.
 */
const LOCK_CONVERSATION = `
with locked as materialized (select id from conversation where id = $1 for update)
select gid from chat_group where conversation_id in (select id from locked) for update`

/**
 * Begins a transaction on a connection of its own: serializable, or, when it names a conversation, alone with that
 * conversation. Then each statement sees what those before it in the queue have committed.
 * @param deadline the moment of `performance.now()` by which all of it must be done
 * @throws DatabaseError unavailable when no connection becomes free in time
 */
export async function beginTransaction(
  pool: Pool,
  deadline: number,
  { conversation }: TransactionOptions = {},
): Promise<HeldConnection> {
  const connection = await pool.take(deadline)
  let isReleased = false
  const release: HeldConnection['release'] = (state) => {
    if (isReleased) return
    isReleased = true
    if (state === 'broken') connection.reset()
    pool.giveBack(connection)
  }
  try {
    if (conversation === undefined) await connection.run('begin', [], deadline)
    else {
      await connection.run('begin isolation level read committed', [], deadline)
      await connection.run(LOCK_CONVERSATION, [conversation], deadline)
    }
  } catch (error) {
    release('broken')
    throw error
  }
  const { losses } = connection
  return {
    async run(sql, parameters) {
      // On a new connection the rest of a transaction would take effect without its beginning.
      if (isReleased || connection.losses !== losses)
        throw new DatabaseError('unavailable', 'the connection was lost in the middle of a transaction')
      return connection.run(sql, parameters, deadline)
    },
    release,
  }
}
