import type { Kysely, Migration } from 'kysely'

/** What the nodes of a site share from their first start on. `tables.ts` says what each column means. */
export const secrets: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('secret')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('value', 'text', (c) => c.notNull())
      .execute()
    // Nodes that start at once must not make two applications of one dialect.
    await db.schema.createIndex('app_dialect').unique().on('app').column('dialect').execute()
  },
}
