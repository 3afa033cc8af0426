import { type Kysely, type Migration, sql } from 'kysely'
import { addAutoId, bigInteger, type DialectName } from '../dialect.ts'

type Db = Kysely<unknown>

/** The first schema. `tables.ts` says what each column means. */
export function initial(dialect: DialectName): Migration {
  return {
    async up(db: Db) {
      await createPeople(db, dialect)
      await createSite(db, dialect)
      await createFriends(db, dialect)
      await createConversations(db, dialect)
      await createMessages(db, dialect)
      await createReplies(db, dialect)
      await createUploads(db, dialect)
    },
  }
}

async function createPeople(db: Db, dialect: DialectName) {
  const big = bigInteger(dialect)
  await addAutoId(dialect, db.schema.createTable('user'), 'uid')
    .addColumn('nid', big, (c) => c.notNull().unique())
    .addColumn('username', 'text', (c) => c.notNull())
    .addColumn('username_key', 'text', (c) => c.notNull().unique())
    .addColumn('nickname', 'text', (c) => c.notNull())
    .addColumn('avatar', 'text', (c) => c.notNull())
    .addColumn('sign', 'text', (c) => c.notNull())
    .addColumn('phone', 'text', (c) => c.notNull())
    .addColumn('password_hash', 'text', (c) => c.notNull())
    .addColumn('account_state', 'text', (c) => c.notNull())
    .addColumn('is_member', 'integer', (c) => c.notNull())
    .addColumn('is_admin', 'integer', (c) => c.notNull())
    .addColumn('parent_uid', big, (c) => c.notNull().defaultTo(0))
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('logout_at', big, (c) => c.notNull().defaultTo(0))
    .addColumn('created_at', big, (c) => c.notNull())
    .execute()
  await sql`create unique index user_phone on "user" (phone) where phone <> ''`.execute(db)
  await sql`create index user_parent on "user" (parent_uid) where parent_uid > 0`.execute(db)
  await sql`create index user_online on "user" (state) where state = 'online'`.execute(db)
  await sql`create index user_admin on "user" (is_admin) where is_admin = 1`.execute(db)

  await addAutoId(dialect, db.schema.createTable('session'), 'id')
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('uid', big, (c) => c.notNull())
    .addColumn('device', 'text', (c) => c.notNull())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('seen_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('session_uid').on('session').column('uid').execute()
  await db.schema.createIndex('session_expiry').on('session').column('expires_at').execute()

  await db.schema
    .createTable('sms_code')
    .addColumn('phone', 'text', (c) => c.notNull())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('code_hash', 'text', (c) => c.notNull())
    .addColumn('tries_left', 'integer', (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('sms_code_key', ['phone', 'purpose'])
    .execute()
}

async function createSite(db: Db, dialect: DialectName) {
  const big = bigInteger(dialect)
  await addAutoId(dialect, db.schema.createTable('server_key'), 'id')
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('key_hash', 'text', (c) => c.notNull().unique())
    .addColumn('hint', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('used_at', big, (c) => c.notNull().defaultTo(0))
    .addColumn('revoked_at', big, (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createTable('app')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('secret', 'text', (c) => c.notNull())
    .addColumn('dialect', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('setting')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute()
}

async function createFriends(db: Db, dialect: DialectName) {
  const big = bigInteger(dialect)
  await db.schema
    .createTable('friendship')
    .addColumn('uid', big, (c) => c.notNull())
    .addColumn('friend_uid', big, (c) => c.notNull())
    .addColumn('remark', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('created_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('friendship_key', ['uid', 'friend_uid'])
    .execute()
  await addAutoId(dialect, db.schema.createTable('friend_request'), 'nid')
    .addColumn('from_uid', big, (c) => c.notNull())
    .addColumn('to_uid', big, (c) => c.notNull())
    .addColumn('postscript', 'text', (c) => c.notNull())
    .addColumn('operation', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addUniqueConstraint('friend_request_pair', ['to_uid', 'from_uid'])
    .execute()
  await db.schema.createIndex('friend_request_to').on('friend_request').columns(['to_uid', 'nid']).execute()
}

async function createConversations(db: Db, dialect: DialectName) {
  const big = bigInteger(dialect)
  await addAutoId(dialect, db.schema.createTable('conversation'), 'id')
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('low', big, (c) => c.notNull())
    .addColumn('high', big, (c) => c.notNull())
    .addColumn('last_seq', big, (c) => c.notNull().defaultTo(0))
    .addColumn('last_at', big, (c) => c.notNull().defaultTo(0))
    .addColumn('counted', big, (c) => c.notNull().defaultTo(0))
    .addUniqueConstraint('conversation_parties', ['kind', 'low', 'high'])
    .execute()
  await addAutoId(dialect, db.schema.createTable('membership'), 'id')
    .addColumn('conversation_id', big, (c) => c.notNull())
    .addColumn('uid', big, (c) => c.notNull())
    .addColumn('read_seq', big, (c) => c.notNull().defaultTo(0))
    .addColumn('read_counted', big, (c) => c.notNull().defaultTo(0))
    .addColumn('hidden_seq', big, (c) => c.notNull().defaultTo(-1))
    .addColumn('pinned', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('muted', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('remark', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('role', 'text', (c) => c.notNull().defaultTo('member'))
    .addColumn('silenced_until', big, (c) => c.notNull().defaultTo(0))
    .addColumn('joined_at', big, (c) => c.notNull())
    .addUniqueConstraint('membership_pair', ['conversation_id', 'uid'])
    .execute()
  await db.schema.createIndex('membership_uid').on('membership').columns(['uid', 'conversation_id']).execute()
  await db.schema
    .createIndex('membership_order')
    .on('membership')
    .columns(['conversation_id', 'id'])
    .execute()
  await db.schema
    .createTable('silence')
    .addColumn('conversation_id', big, (c) => c.notNull())
    .addColumn('uid', big, (c) => c.notNull())
    .addColumn('until_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('silence_key', ['conversation_id', 'uid'])
    .execute()
  await addAutoId(dialect, db.schema.createTable('chat_group'), 'gid')
    .addColumn('conversation_id', big, (c) => c.notNull().unique())
    .addColumn('owner_uid', big, (c) => c.notNull())
    .addColumn('groupname', 'text', (c) => c.notNull())
    .addColumn('avatar', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('announcement', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('state', 'text', (c) => c.notNull().defaultTo('normal'))
    .addColumn('created_at', big, (c) => c.notNull())
    .execute()
}

async function createMessages(db: Db, dialect: DialectName) {
  const big = bigInteger(dialect)
  await addAutoId(dialect, db.schema.createTable('message'), 'mid')
    .addColumn('conversation_id', big, (c) => c.notNull())
    .addColumn('seq', big, (c) => c.notNull())
    .addColumn('counted', big, (c) => c.notNull())
    .addColumn('from_uid', big, (c) => c.notNull())
    .addColumn('content', 'text', (c) => c.notNull())
    .addColumn('sub_type', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('quote_mid', big, (c) => c.notNull().defaultTo(0))
    .addColumn('quote_content', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('unique_id', 'text')
    .addColumn('auto', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('removed', 'integer', (c) => c.notNull().defaultTo(0))
    .addUniqueConstraint('message_order', ['conversation_id', 'seq'])
    .execute()
  await sql`create index message_retry on message (conversation_id, from_uid, unique_id) where unique_id is not null`.execute(
    db,
  )
  await sql`create index message_quote on message (quote_mid) where quote_mid > 0`.execute(db)
  await db.schema
    .createTable('hidden_message')
    .addColumn('uid', big, (c) => c.notNull())
    .addColumn('mid', big, (c) => c.notNull())
    .addColumn('conversation_id', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('hidden_message_key', ['uid', 'mid'])
    .execute()
}

async function createReplies(db: Db, dialect: DialectName) {
  const big = bigInteger(dialect)
  await addAutoId(dialect, db.schema.createTable('reply'), 'id')
    .addColumn('uid', big, (c) => c.notNull())
    .addColumn('type', 'integer', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('keyword', 'text', (c) => c.notNull())
    .addColumn('content', 'text', (c) => c.notNull())
    .addColumn('is_show', 'integer', (c) => c.notNull())
    .addColumn('weights', 'integer', (c) => c.notNull())
    .addColumn('is_default', 'integer', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('reply_uid').on('reply').columns(['uid', 'type']).execute()
  await db.schema
    .createTable('welcome')
    .addColumn('member_uid', big, (c) => c.notNull())
    .addColumn('visitor_uid', big, (c) => c.notNull())
    .addColumn('sent_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('welcome_key', ['member_uid', 'visitor_uid'])
    .execute()
}

async function createUploads(db: Db, dialect: DialectName) {
  const big = bigInteger(dialect)
  await db.schema
    .createTable('upload')
    .addColumn('path', 'text', (c) => c.primaryKey())
    .addColumn('uid', big, (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('size', big, (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('upload_uid').on('upload').columns(['uid', 'created_at']).execute()
}
