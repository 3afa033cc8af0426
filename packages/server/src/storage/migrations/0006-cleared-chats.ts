import type { Kysely, Migration } from 'kysely'
import { bigInteger, type DialectName } from '../dialect.ts'

/** Chats whose past somebody has deleted for themselves. `tables.ts` says what the column means. */
export function clearedChats(dialect: DialectName): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('membership')
        .addColumn('cleared_seq', bigInteger(dialect), (c) => c.notNull().defaultTo(0))
        .execute()
    },
  }
}
