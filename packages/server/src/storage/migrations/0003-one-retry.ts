import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectName } from '../dialect.ts'

/**
 * The index on the idempotency key becomes a promise of the database: of two nodes that store a retry at the same
 * time, one must fail. On PostgreSQL, rows that every message changes get room to be changed in place.
 */
export function oneRetry(dialect: DialectName): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await sql`drop index message_retry`.execute(db)
      await sql`create unique index message_retry on message (conversation_id, from_uid, unique_id) where unique_id is not null`.execute(
        db,
      )
      if (dialect === 'sqlite') return
      await sql`alter table conversation set (fillfactor = 70)`.execute(db)
      await sql`alter table membership set (fillfactor = 80)`.execute(db)
    },
  }
}
