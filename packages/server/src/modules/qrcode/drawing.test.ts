import { describe, expect, test } from 'bun:test'
import QRCode from 'qrcode'
import sharp from 'sharp'
import { drawQrCode } from './drawing.ts'

const pixelsOf = (png: Uint8Array) => sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true })

describe('a QR code', () => {
  for (const content of ['https://chat.example/q/u/7269454', '你好，世界', 'x'.repeat(2000)]) {
    test(`is drawn pixel for pixel as the library draws it (${content.slice(0, 20)})`, async () => {
      const drawn = await pixelsOf(await drawQrCode(content))
      const options = { errorCorrectionLevel: 'M', scale: 8, margin: 4 } as const
      const expected = await pixelsOf(await QRCode.toBuffer(content, options))
      expect(drawn.info).toMatchObject({ width: expected.info.width, height: expected.info.height })
      expect(drawn.data.equals(expected.data)).toBe(true)
    })
  }
})
