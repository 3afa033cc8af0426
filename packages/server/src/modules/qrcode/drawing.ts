import QRCode from 'qrcode'
import { imageEngine } from '../../media/index.ts'

/** White modules around the code; readers need four. */
const MARGIN_MODULES = 4
const MODULE_PIXELS = 8
const [DARK, LIGHT] = [0, 255]

/**
 * Draws a QR code. The pixels are made off the main thread: the library's own PNG writer would hold it for 25 to
 * 120 ms.
 * @param content at most 2,331 bytes of UTF-8 (the largest code with error correction M)
 * @returns a PNG
 */
export async function drawQrCode(content: string): Promise<Uint8Array<ArrayBuffer>> {
  const { modules } = QRCode.create(content, { errorCorrectionLevel: 'M' })
  const side = modules.size + 2 * MARGIN_MODULES
  const pixels = new Uint8Array(side * side).fill(LIGHT)
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (!modules.get(row, column)) continue
      pixels[(row + MARGIN_MODULES) * side + column + MARGIN_MODULES] = DARK
    }
  }
  const png = await imageEngine()(pixels, { raw: { width: side, height: side, channels: 1 } })
    .resize({ width: side * MODULE_PIXELS, kernel: 'nearest' })
    .toColourspace('b-w')
    .png()
    .toBuffer()
  return new Uint8Array(png)
}
