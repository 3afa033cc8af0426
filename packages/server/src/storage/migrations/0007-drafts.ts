import type { Kysely, Migration } from 'kysely'
import { bigInteger, type DialectName } from '../dialect.ts'

/** Drafts that a user's devices share. `tables.ts` says what each column means. */
export function drafts(dialect: DialectName): Migration {
  const big = bigInteger(dialect)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('draft')
        .addColumn('uid', big, (c) => c.notNull())
        .addColumn('kind', 'text', (c) => c.notNull())
        .addColumn('target_id', big, (c) => c.notNull())
        .addColumn('content', 'text', (c) => c.notNull())
        .addColumn('quote_mid', big, (c) => c.notNull())
        .addColumn('updated_at', big, (c) => c.notNull())
        .addPrimaryKeyConstraint('draft_key', ['uid', 'target_id', 'kind'])
        .execute()
      // For the drafts of a group that is dissolved.
      await db.schema.createIndex('draft_target').on('draft').columns(['target_id', 'kind']).execute()
    },
  }
}
