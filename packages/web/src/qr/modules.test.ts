import { describe, expect, test } from 'bun:test'
import decodeQR from 'qr/decode.js'
import { type QrModules, qrModules, qrPath } from './modules.ts'

const PIXELS = 4

/** Draws the path as a picture, black on white. */
function picture(modules: QrModules) {
  const { side } = modules
  const width = side * PIXELS
  const data = new Uint8Array(width * width * 4).fill(255)
  for (const [, x, y, length] of qrPath(modules).matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = Number(y) * PIXELS; row < (Number(y) + 1) * PIXELS; row++) {
      const from = (row * width + Number(x) * PIXELS) * 4
      for (let at = from; at < from + Number(length) * PIXELS * 4; at++) if (at % 4 !== 3) data[at] = 0
    }
  }
  return { width, height: width, data }
}

describe('a QR code', () => {
  for (const content of [
    'https://chat.example/q/u/7269454',
    '你好，世界',
    `https://chat.example/q/g/7?t=${'x'.repeat(300)}`,
  ]) {
    test(`says ${content.slice(0, 30)}`, async () => {
      expect(decodeQR(picture(await qrModules(content)))).toBe(content)
    })
  }

  test('has its white margin', async () => {
    const { side, runs } = await qrModules('x')
    expect(Math.min(...runs.flatMap(({ x, y }) => [x, y]))).toBe(4)
    expect(Math.max(...runs.map(({ x, length }) => x + length))).toBe(side - 4)
    expect(Math.max(...runs.map(({ y }) => y + 1))).toBe(side - 4)
  })
})
