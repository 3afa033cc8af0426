import { z } from 'zod'
import { binary, id, textBytes } from '../fields.ts'
import { declare } from '../operation.ts'

/** A link of this site for a QR code. `expires` is the Unix time in seconds after which it is worthless; 0 = never. */
const QrContent = z.object({ content: z.string(), expires: z.int() })

/** The picture of a QR code. */
export const qrcodeGet = declare({
  path: 'qrcode/get',
  method: 'GET',
  allow: 'caller',
  tag: 'qrcode',
  summary: { zh: '根据内容生成二维码', en: 'Draw a QR code' },
  // Well below the 2,953 bytes that the largest QR code holds, so that cameras still read it.
  input: z.object({ content: textBytes(1, 2000) }),
  output: binary(),
  answer: 'binary',
  // The largest takes the processor for some 15 ms.
  rate: { name: 'qrcode', by: ['user'] },
  socket: false,
})

/** The content of the QR code on the caller's card. */
export const qrcodeFriend = declare({
  path: 'qrcode/friend',
  method: 'GET',
  allow: 'user',
  tag: 'qrcode',
  summary: { zh: '我的二维码名片内容', en: 'Content of my card’s QR code' },
  input: z.object({}),
  output: QrContent,
})

/** The content of a group's QR code: a signed invitation that expires. */
export const qrcodeGroup = declare({
  path: 'qrcode/group',
  method: 'GET',
  allow: 'user',
  tag: 'qrcode',
  summary: { zh: '群二维码内容（邀请链接）', en: 'Content of a group’s QR code (invitation)' },
  input: z.object({ gid: id() }),
  output: QrContent,
})
