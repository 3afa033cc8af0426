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
 * Begins a transaction on a connection of its own.
 * @param deadline the moment of `performance.now()` by which all of it must be done
 * @throws DatabaseError unavailable when no connection becomes free in time
 */
export async function beginTransaction(pool: Pool, deadline: number): Promise<HeldConnection> {
  const connection = await pool.take(deadline)
  let isReleased = false
  const release: HeldConnection['release'] = (state) => {
    if (isReleased) return
    isReleased = true
    if (state === 'broken') connection.reset()
    pool.giveBack(connection)
  }
  try {
    await connection.run('begin', [], deadline)
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
