import type { Kysely, Migration } from 'kysely'
import { bigInteger, type DialectName } from '../dialect.ts'

/**
 * Who is mentioned where, what somebody said last, and who disabled an account. `tables.ts` says what each column means.
 */
export function mentions(dialect: DialectName): Migration {
  const big = bigInteger(dialect)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('mention')
        .addColumn('conversation_id', big, (c) => c.notNull())
        .addColumn('uid', big, (c) => c.notNull())
        .addColumn('seq', big, (c) => c.notNull())
        .addColumn('mid', big, (c) => c.notNull())
        .addPrimaryKeyConstraint('mention_key', ['mid', 'uid'])
        .execute()
      await db.schema
        .createIndex('mention_place')
        .on('mention')
        .columns(['conversation_id', 'uid', 'seq'])
        .execute()
      await db.schema
        .alterTable('user')
        .addColumn('disabled_by', 'text', (c) => c.notNull().defaultTo(''))
        .execute()
      await db.schema
        .alterTable('membership')
        .addColumn('spoke_seq', big, (c) => c.notNull().defaultTo(0))
        .execute()
    },
  }
}
