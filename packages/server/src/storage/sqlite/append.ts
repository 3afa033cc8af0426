import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely'
import type { Appended, Draft } from '../append.ts'
import type { Message, Tables } from '../tables.ts'

/** Runs one statement and gives its rows; what the append needs of a database connection. */
export type RunStatement = (sql: string, parameters: unknown[]) => unknown[]

const compiler = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

interface Template<Names extends string> {
  readonly sql: string
  bind(values: Record<Names, unknown>): unknown[]
}

/**
 * Compiles a query once and remembers which place takes which value. Building it anew for each message costs more
 * than running it.
 */
function template<Names extends string>(
  build: (place: (name: Names) => never) => { compile(): { sql: string; parameters: readonly unknown[] } },
): Template<Names> {
  class Place {
    constructor(readonly name: Names) {}
  }
  const { sql, parameters } = build((name) => new Place(name) as never).compile()
  return {
    sql,
    bind: (values) =>
      parameters.map((value) => (value instanceof Place ? values[value.name as Names] : value)),
  }
}

const findRepeated = template<'conversation' | 'from' | 'uniqueId'>((place) =>
  compiler
    .selectFrom('message')
    .select(['mid', 'seq', 'created_at'])
    .where('conversation_id', '=', place('conversation'))
    .where('from_uid', '=', place('from'))
    .where('unique_id', '=', place('uniqueId')),
)

const advance = template<'conversation' | 'counts' | 'at'>((place) =>
  compiler
    .updateTable('conversation')
    .set((eb) => ({
      last_seq: eb('last_seq', '+', 1),
      counted: eb('counted', '+', place('counts')),
      last_at: sql<number>`case when last_at > ${place('at')} then last_at else ${place('at')} end`,
    }))
    .where('id', '=', place('conversation'))
    .returning(['last_seq', 'counted', 'last_at']),
)

type MessagePlace =
  | 'conversation'
  | 'seq'
  | 'counted'
  | 'from'
  | 'content'
  | 'subType'
  | 'at'
  | 'quoteMid'
  | 'quoteContent'
  | 'uniqueId'
  | 'auto'

const insertMessage = template<MessagePlace>((place) =>
  compiler
    .insertInto('message')
    .values({
      conversation_id: place('conversation'),
      seq: place('seq'),
      counted: place('counted'),
      from_uid: place('from'),
      content: place('content'),
      sub_type: place('subType'),
      created_at: place('at'),
      quote_mid: place('quoteMid'),
      quote_content: place('quoteContent'),
      unique_id: place('uniqueId'),
      auto: place('auto'),
    })
    .returning('mid'),
)

const markReadBySender = template<'conversation' | 'from' | 'seq' | 'counted'>((place) =>
  compiler
    .updateTable('membership')
    .set({ read_seq: place('seq'), read_counted: place('counted'), spoke_seq: place('seq') })
    .where('conversation_id', '=', place('conversation'))
    .where('uid', '=', place('from')),
)

const insertMention = template<'conversation' | 'uid' | 'seq' | 'mid'>((place) =>
  compiler.insertInto('mention').values({
    conversation_id: place('conversation'),
    uid: place('uid'),
    seq: place('seq'),
    mid: place('mid'),
  }),
)

/**
 * Puts one message at the end of its conversation's log. Must run inside a transaction that holds the write lock;
 * the caller undoes it as a whole when it throws. Writes three rows whatever the size of the group, and one for each
 * mention.
 */
export function appendMessage(run: RunStatement, draft: Draft): Appended {
  const { conversationId: conversation, from, uniqueId } = draft
  if (uniqueId !== null) {
    const [same] = run(findRepeated.sql, findRepeated.bind({ conversation, from, uniqueId })) as Array<
      Pick<Message, 'mid' | 'seq' | 'created_at'>
    >
    if (same) return { mid: same.mid, seq: same.seq, at: same.created_at, repeated: true }
  }
  const [place] = run(
    advance.sql,
    advance.bind({ conversation, counts: draft.subType === 'message' ? 1 : 0, at: draft.at }),
  ) as Array<{ last_seq: number; counted: number; last_at: number }>
  if (!place) throw new Error('conversation_gone')
  const { last_seq: seq, counted, last_at: at } = place
  const { content, subType, quoteMid, quoteContent, auto } = draft
  const [row] = run(
    insertMessage.sql,
    insertMessage.bind({
      conversation,
      seq,
      counted,
      from,
      content,
      subType,
      at,
      quoteMid,
      quoteContent,
      uniqueId,
      auto,
    }),
  ) as Array<{ mid: number }>
  if (subType === 'message' && auto === 0)
    run(markReadBySender.sql, markReadBySender.bind({ conversation, from, seq, counted }))
  const { mid } = row!
  for (const uid of draft.mentions ?? [])
    run(insertMention.sql, insertMention.bind({ conversation, uid, seq, mid }))
  return { mid, seq, at, repeated: false }
}
