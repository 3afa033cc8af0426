import { z } from 'zod'
import { chatType, ID_MAX, id, integerOr, nothing, text } from '../fields.ts'
import { declare } from '../operation.ts'
import { DraftRow } from '../shapes.ts'

/**
 * Keeps what the caller has begun to write in a chat, for all their devices; without text and quote the draft goes. Nobody
 * else sees it, and sending a message does not end it: a client that sends sets the empty one. Pushes `draft`.
 */
export const draftSet = declare({
  path: 'draft/set',
  method: 'POST',
  allow: 'user',
  tag: 'draft',
  summary: { zh: '保存草稿', en: 'Keep a draft' },
  input: z.object({
    id: id(),
    type: chatType(),
    // As in `message/send`, before the setting `message_limit`: what is too long is still being written.
    content: text(0, 100_000),
    quote_mid: integerOr(0, ID_MAX, 0),
  }),
  output: nothing(),
})

/** The caller's drafts, the newest first; none of groups that they are not in. */
export const draftGetList = declare({
  path: 'draft/getlist',
  method: 'GET',
  allow: 'user',
  tag: 'draft',
  summary: { zh: '获取草稿列表', en: 'List the drafts' },
  input: z.object({}),
  output: z.array(DraftRow),
})
