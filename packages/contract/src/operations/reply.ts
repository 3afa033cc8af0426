import { z } from 'zod'
import { id, idList, integer, nothing, optionalFlag, optionalInteger, optionalText, text } from '../fields.ts'
import { declare } from '../operation.ts'
import { ReplyRow } from '../shapes.ts'

const replyFields = {
  /** 1 welcome, 2 quick reply, 3 FAQ. */
  type: integer(1, 3),
  title: text(1, 255),
  // Members keep up to 200 of them, which are in memory while people write to them.
  content: text(1, 2000),
  weights: optionalInteger(-1_000_000, 1_000_000),
  is_default: optionalFlag(),
  keyword: optionalText(255),
  is_show: optionalFlag(),
}

/** The caller's replies by type, larger weights first. */
export const replyGet = declare({
  path: 'reply/get',
  method: 'GET',
  allow: 'user',
  tag: 'reply',
  summary: { zh: '获取回复消息列表', en: 'List the canned replies' },
  input: z.object({}),
  output: z.record(z.string(), z.array(ReplyRow)),
})

/** Adds a reply. At most one of a type is the default: a new default takes its place. Pushes `replyUpdate`. */
export const replyAdd = declare({
  path: 'reply/add',
  method: 'POST',
  allow: 'user',
  tag: 'reply',
  summary: { zh: '添加回复消息', en: 'Add a canned reply' },
  input: z.object(replyFields),
  output: nothing(),
})

/** Changes a reply of the caller. Optional parameters that are left out stay as they are. Pushes `replyUpdate`. */
export const replyUpdate = declare({
  path: 'reply/update',
  method: 'POST',
  allow: 'user',
  tag: 'reply',
  summary: { zh: '更新回复消息', en: 'Update a canned reply' },
  input: z.object({ rid: id(), ...replyFields }),
  output: nothing(),
})

/**
 * Puts the caller's replies of a type into an order, by new `weights`: first those of `ids` as they are given, then the
 * others as they were. Pushes `replyUpdate`.
 */
export const replySort = declare({
  path: 'reply/sort',
  method: 'POST',
  allow: 'user',
  tag: 'reply',
  summary: { zh: '排列回复消息', en: 'Put canned replies into an order' },
  input: z.object({ type: integer(1, 3), ids: idList(200) }),
  output: nothing(),
})

/** Deletes a reply of the caller. Pushes `replyUpdate`. */
export const replyDelete = declare({
  path: 'reply/delete',
  method: 'POST',
  allow: 'user',
  tag: 'reply',
  summary: { zh: '删除回复消息', en: 'Delete a canned reply' },
  input: z.object({ rid: id() }),
  output: nothing(),
})

/** The visible FAQs of a member, for those who talk to it; larger weights first. */
export const replyShow = declare({
  path: 'reply/show',
  method: 'GET',
  allow: 'user',
  tag: 'reply',
  summary: { zh: '查看会员的常见问题', en: 'Show a member’s FAQs' },
  input: z.object({ uid: id() }),
  output: z.array(ReplyRow.pick({ id: true, title: true, content: true, weights: true })),
})
