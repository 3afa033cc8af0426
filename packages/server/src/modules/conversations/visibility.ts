import type { ExpressionBuilder } from 'kysely'
import type { Tables } from '../../storage/index.ts'

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
