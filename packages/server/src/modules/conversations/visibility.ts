import type { ExpressionBuilder } from 'kysely'
import type { Tables } from '../../storage/index.ts'

/** What `message.removed` holds, apart from 0: the message is a notice now, or is not shown to anybody. */
export const REVOKED = 1
export const DELETED = 2

/** The condition that a user has not deleted a `message` for themselves. */
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
