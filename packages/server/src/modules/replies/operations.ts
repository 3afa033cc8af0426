import { replyAdd, replyDelete, replyGet, replyShow, replySort, replyUpdate } from '@parley/contract'
import { implement, type Operation } from '../../operation.ts'
import type { Replies } from './replies.ts'

/** `reply/*`: everybody has their own; `reply/show` is what others see of a member's. */
export function replyOperations({ replies }: { replies: Replies }): Operation[] {
  return [
    implement(replyGet, ({ actor }) => replies.get(actor.uid)),
    implement(replyAdd, ({ actor }, input) => replies.add(actor.uid, input)),
    implement(replyUpdate, ({ actor }, { rid, ...input }) => replies.update(actor.uid, rid, input)),
    implement(replySort, ({ actor }, { type, ids }) => replies.sort(actor.uid, type, ids)),
    implement(replyDelete, ({ actor }, { rid }) => replies.delete(actor.uid, rid)),

    implement(replyShow, async (_, { uid }) => {
      const faqs = await replies.show(uid)
      return faqs.map(({ id, title, content, weights }) => ({ id, title, content, weights }))
    }),
  ]
}
