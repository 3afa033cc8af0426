import type { Kysely, Migration } from 'kysely'
import { bigInteger, type DialectName } from '../dialect.ts'

/** Read positions that the other person of a chat is told. `tables.ts` says what each column means. */
export function readReceipts(dialect: DialectName): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('user')
        .addColumn('read_receipts', 'integer', (c) => c.notNull().defaultTo(1))
        .execute()
      await db.schema
        .alterTable('membership')
        .addColumn('seen_seq', bigInteger(dialect), (c) => c.notNull().defaultTo(0))
        .execute()
    },
  }
}
