import { describe, expect, test } from 'bun:test'
import { isMoving } from './moving.ts'

const text = (value: string) => Array.from(value, (letter) => letter.charCodeAt(0))
const chunk = (name: string, length: number) => [
  0,
  0,
  0,
  length,
  ...text(name),
  ...new Array(length + 4).fill(0),
]
const png = (...chunks: number[][]) => Uint8Array.from([0x89, ...text('PNG\r\n\x1a\n'), ...chunks.flat()])
const webp = (form: string, flags: number) =>
  Uint8Array.from([...text('RIFF'), 0, 0, 0, 0, ...text('WEBP'), ...text(form), 10, 0, 0, 0, flags, 0, 0, 0])

describe('a picture that moves', () => {
  test('is a GIF, a WebP that says so, a PNG with frames', () => {
    expect(isMoving(Uint8Array.from(text('GIF89a')))).toBe(true)
    expect(isMoving(webp('VP8X', 0x12))).toBe(true)
    expect(isMoving(png(chunk('IHDR', 13), chunk('acTL', 8), chunk('IDAT', 5)))).toBe(true)
  })

  test('is no other', () => {
    expect(isMoving(webp('VP8X', 0x10))).toBe(false)
    expect(isMoving(webp('VP8 ', 0x02))).toBe(false)
    expect(isMoving(png(chunk('IHDR', 13), chunk('IDAT', 5), chunk('acTL', 8)))).toBe(false)
    expect(isMoving(Uint8Array.of(0xff, 0xd8, 0xff))).toBe(false)
    expect(isMoving(new Uint8Array())).toBe(false)
  })
})
