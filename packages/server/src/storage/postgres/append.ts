import type { Appended, Draft } from '../append.ts'
import type { Connection } from './connection.ts'

/** One draft as the statement reads it; `n` is its place in the batch. */
interface DraftRow {
  n: number
  conversation: number
  from: number
  content: string
  sub_type: string
  at: number
  quote_mid: number
  quote_content: string
  unique_id: string | null
  auto: number
  mentions?: readonly number[]
}

/** What the statement answers for each draft whose conversation is there; without a mid where it was passed over. */
interface PlacedRow {
  n: number
  mid: number | null
  seq: number
  at: number
  repeated: boolean
}

/** Where a draft is now: `held` when somebody else had its conversation, undefined when there is no such conversation. */
export type Outcome = Appended | 'held' | undefined

/**
 * Puts a batch of messages into their conversations' logs, in one statement and so in one transaction: the locks on the
 * conversations are held while it runs and its commit is flushed, and across no round trip.
 *
 * - `locked` takes the conversations in the order of their ids, so that the batches of several nodes never wait for each
 *   other in a circle, and gives their counters as the last batch left them.
 * - `fresh` leaves out the drafts that are in the log already. What another node is committing at this moment is not seen;
 *   then the unique index on the idempotency key refuses the whole batch, and it is tried again.
 * - `placed` numbers the rest. It depends on the lock, and `added` inserts in this order: within a conversation both seq
 *   and mid grow in the order of the commits, whichever nodes they come from.
 * @param mentioned what is written for mentions: {@link MENTIONED} when a draft has any
 */
const append = (lock: 'for update' | 'for update skip locked', mentioned: string) => `
with draft as materialized (
  select * from json_to_recordset($1::text::json) as d(
    n int, conversation bigint, "from" bigint, content text, sub_type text, at bigint,
    quote_mid bigint, quote_content text, unique_id text, auto int, mentions bigint[])
), locked as materialized (
  select id, last_seq, counted, last_at from conversation
  where id in (select conversation from draft)
  order by id ${lock}
), repeated as materialized (
  select d.n, m.mid, m.seq, m.created_at
  from draft d join message m
    on m.conversation_id = d.conversation and m.from_uid = d."from" and m.unique_id = d.unique_id
), fresh as (
  select d.*,
    row_number() over log as place,
    count(*) filter (where sub_type = 'message') over log as countable,
    max(at) over log as latest
  from draft d
  where not exists (select from repeated r where r.n = d.n)
  window log as (partition by conversation order by n)
), placed as materialized (
  select f.*, l.last_seq + f.place as seq, l.counted + f.countable as counted,
    greatest(l.last_at, f.latest) as placed_at
  from fresh f join locked l on l.id = f.conversation
), advanced as (
  update conversation c set last_seq = p.seq, counted = p.counted, last_at = p.placed_at
  from (select distinct on (conversation) * from placed order by conversation, seq desc) p
  where c.id = p.conversation
), added as (
  insert into message (conversation_id, seq, counted, from_uid, content, sub_type, created_at,
    quote_mid, quote_content, unique_id, auto)
  select conversation, seq, counted, "from", content, sub_type, placed_at,
    quote_mid, quote_content, unique_id, auto
  from placed order by n
  returning mid, conversation_id, seq
), marked as (
  update membership m set read_seq = p.seq, read_counted = p.counted, spoke_seq = p.seq
  from (
    select distinct on (conversation, "from") * from placed
    where sub_type = 'message' and auto = 0
    order by conversation, "from", seq desc
  ) p
  where m.conversation_id = p.conversation and m.uid = p."from"
)${mentioned}
select p.n, a.mid, p.seq, p.placed_at as at, false as repeated
from placed p join added a on a.conversation_id = p.conversation and a.seq = p.seq
union all
select n, mid, seq, created_at, true from repeated`

const MENTIONED = `, mentioned as (
  insert into mention (conversation_id, uid, seq, mid)
  select a.conversation_id, m.uid, a.seq, a.mid
  from added a join placed p on p.conversation = a.conversation_id and p.seq = a.seq, unnest(p.mentions) as m(uid)
)`

/** Takes only what nobody holds, and tells what it has passed over. */
const appendPassingOver = (mentioned: string) => `${append('for update skip locked', mentioned)}
union all
select n, null, null, null, null from fresh f
where not exists (select from locked l where l.id = f.conversation)
  and exists (select from conversation c where c.id = f.conversation)`

/** By whether a draft mentions anybody: few do. */
const statements = (mentioned: string) => ({
  wait: append('for update', mentioned),
  'pass over': appendPassingOver(mentioned),
})
const PLAIN = statements('')
const WITH_MENTIONS = statements(MENTIONED)

const rowOf = (draft: Draft, n: number): DraftRow => ({
  n,
  conversation: draft.conversationId,
  from: draft.from,
  content: draft.content,
  sub_type: draft.subType,
  at: draft.at,
  quote_mid: draft.quoteMid,
  quote_content: draft.quoteContent,
  unique_id: draft.uniqueId,
  auto: draft.auto,
  mentions: draft.mentions,
})

const mentionsSomebody = ({ mentions = [] }: Draft) => mentions.length > 0

/**
 * Appends a batch; no two of its drafts may have the same sender, conversation and idempotency key.
 * @param held what becomes of drafts whose conversation somebody else holds
 * @returns for each draft what has become of it
 * @throws DatabaseError; then none of the batch is in a log
 */
export async function appendBatch(
  connection: Connection,
  drafts: readonly Draft[],
  deadline: number,
  held: 'wait' | 'pass over' = 'wait',
): Promise<Outcome[]> {
  const statement = (drafts.some(mentionsSomebody) ? WITH_MENTIONS : PLAIN)[held]
  const { rows } = await connection.run(statement, [JSON.stringify(drafts.map(rowOf))], deadline)
  const outcomes: Outcome[] = drafts.map(() => undefined)
  for (const { n, mid, seq, at, repeated } of rows as PlacedRow[])
    outcomes[n] = mid === null ? 'held' : { mid, seq, at, repeated }
  return outcomes
}
