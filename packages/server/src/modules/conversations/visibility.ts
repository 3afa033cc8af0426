import type { ExpressionBuilder } from 'kysely'
import type { Tables } from '../../storage/index.ts'

/** What `message.removed` holds, apart from 0: the message is a notice now, or is not shown to anybody. */
export const REVOKED = 1
export const DELETED = 2

/** The condition that a user has not deleted a `message` by itself; `afterCleared` is about whole chats. */
export const notHiddenFrom = (uid: number) => (eb: ExpressionBuilder<Tables, 'message'>) =>
  eb.not(
    eb.exists(
      eb
        .selectFrom('hidden_message')
        .select('hidden_message.mid')
        .where('hidden_message.uid', '=', uid)
        .whereRef('hidden_message.mid', '=', 'message.mid'),
    ),
  )

/** The condition that a `message` came after a user deleted its chat for themselves, if they ever did. */
export const afterCleared =
  (uid: number, conversationId: number) => (eb: ExpressionBuilder<Tables, 'message'>) =>
    eb(
      'message.seq',
      '>',
      // Does not depend on the message: it is looked up once, and where an index is read the reading ends there.
      eb
        .selectFrom('membership')
        .select('membership.cleared_seq')
        .where('membership.conversation_id', '=', conversationId)
        .where('membership.uid', '=', uid),
    )
