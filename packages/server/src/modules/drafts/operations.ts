import { draftGetList, draftSet } from '@parley/contract'
import { implement, type Operation } from '../../operation.ts'
import type { Drafts } from './drafts.ts'

/** `draft/*`: everybody has their own, and nobody sees those of others. */
export function draftOperations({ drafts }: { drafts: Drafts }): Operation[] {
  return [
    implement(draftSet, ({ actor }, { content, quote_mid, ...address }) =>
      drafts.set(actor.uid, address, { content, quote_mid }),
    ),
    implement(draftGetList, ({ actor }) => drafts.list(actor.uid)),
  ]
}
