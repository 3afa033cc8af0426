import { SQL } from 'bun'

/*
 * People who are there from the start. Written into the tables directly: thousands of passwords would take minutes to
 * hash, and what they cost is not what is measured.
 */

/** Who connects first; their friends come after them. */
export const EARLY = 1000
export const PEOPLE = 5000
/** Friends of each of the first. */
const FRIENDS = 30
const SMALL_GROUP = 50
/** Chats of people who are never there: with small tables PostgreSQL plans otherwise than on a large site. */
const OTHER_CHATS = 300_000

/** The token of a person's session. */
export const tokenOf = (uid: number): string => `ps_bench_${String(uid).padStart(40, '0')}`

/** The group that all are in. */
export const BIG_GID = 1
/** The group of fifty that a person is in. */
export const smallGroupOf = (uid: number): number => BIG_GID + 1 + Math.floor((uid - 1) / SMALL_GROUP)

const DAY_MS = 86_400_000

/** Fills a database that a node has just made: people with sessions, friends, chats between neighbours, groups. */
export async function populate(databaseUrl: string): Promise<void> {
  const sql = new SQL(databaseUrl, { max: 1 })
  const now = Date.now()
  await sql`
    insert into "user" (nid, username, username_key, nickname, avatar, sign, phone, password_hash, account_state,
      is_member, is_admin, state, created_at)
    select 100000 + n, 'bench' || n, 'bench' || n, '压测' || n, '', '', '', '', 'normal', 0, 0, 'offline', ${now}
    from generate_series(1, ${PEOPLE}) n order by n`
  const sessions = Array.from({ length: PEOPLE }, (_, i) => ({
    uid: i + 1,
    hash: Bun.CryptoHasher.hash('sha256', tokenOf(i + 1), 'hex'),
  }))
  await sql`
    insert into session (token_hash, uid, device, address, created_at, seen_at, expires_at)
    select hash, uid, 'bench', '127.0.0.1', ${now}, ${now}, ${now + 30 * DAY_MS}
    from json_to_recordset(${JSON.stringify(sessions)}::text::json) as s(uid bigint, hash text)`
  await befriend(sql, now)
  await sql`
    insert into conversation (kind, low, high)
    select 'friend', n, n + 1 from generate_series(1, ${PEOPLE - 1}) n order by n`
  await sql`
    insert into conversation (kind, low, high)
    select 'friend', 1000000 + n, 2000000 + n from generate_series(1, ${OTHER_CHATS}) n`
  await sql`
    insert into membership (conversation_id, uid, joined_at)
    select id, unnest(array[low, high]), ${now} from conversation where kind = 'friend'`
  await group(sql, now)
  await sql`analyze`
  await sql.close()
}

/** Each of the first has friends among the others only, so that nobody hears when they come. */
async function befriend(sql: SQL, now: number): Promise<void> {
  await sql`
    insert into friendship (uid, friend_uid, created_at)
    select case way when 0 then a else b end, case way when 0 then b else a end, ${now}
    from (
      select n as a, ${EARLY} + 1 + (n * 4 + k * 97) % ${PEOPLE - EARLY} as b
      from generate_series(1, ${EARLY}) n, generate_series(1, ${FRIENDS}) k
    ) pairs, generate_series(0, 1) way
    on conflict do nothing`
}

async function group(sql: SQL, now: number): Promise<void> {
  const small = PEOPLE / SMALL_GROUP
  await sql`insert into conversation (kind, low, high) select 'group', g, 0 from generate_series(1, ${1 + small}) g order by g`
  await sql`
    insert into chat_group (conversation_id, owner_uid, groupname, created_at)
    select id, greatest(1, (low - 2) * ${SMALL_GROUP} + 1), '压测群' || low, ${now}
    from conversation where kind = 'group' order by low`
  await sql`
    insert into membership (conversation_id, uid, role, joined_at)
    select c.id, n, case when n = g.owner_uid then 'owner' else 'member' end, ${now}
    from generate_series(1, ${PEOPLE}) n, conversation c join chat_group g on g.conversation_id = c.id
    where c.low = ${BIG_GID} or c.low = ${BIG_GID + 1} + (n - 1) / ${SMALL_GROUP}
    order by n, c.low`
}
