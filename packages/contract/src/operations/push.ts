import { z } from 'zod'
import { nothing, optionalJsonText, text, textOrAbsent } from '../fields.ts'
import { declare } from '../operation.ts'

/** Signs a subscription to a private or presence channel that the caller may listen to. Answers bare JSON. */
export const pushAuth = declare({
  path: 'push/auth',
  method: 'POST',
  allow: 'user',
  tag: 'push',
  summary: { zh: '私有频道订阅签名', en: 'Sign a private channel’s subscription' },
  input: z.object({ channel_name: text(1, 200), socket_id: text(1, 64) }),
  output: z.object({
    auth: z.string(),
    /** Only for presence channels: the JSON text that was signed. */
    channel_data: z.string().optional(),
  }),
  answer: 'bare',
  socket: false,
})

/** Publishes an event on a channel. `data` is JSON text. */
export const pushEmit = declare({
  path: 'push/emit',
  method: 'POST',
  allow: 'server',
  tag: 'push',
  summary: { zh: '推送自定义事件', en: 'Publish an event' },
  input: z.object({
    channel: text(1, 200),
    event: text(1, 200),
    data: optionalJsonText(65_536),
    /** The socket that must not get it. */
    socket_id: textOrAbsent(64),
  }),
  output: nothing(),
})
