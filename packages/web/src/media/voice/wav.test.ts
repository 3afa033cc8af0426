import { describe, expect, test } from 'bun:test'
import { encodeWav } from './wav.ts'

const ascii = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))

describe('a WAV file', () => {
  const file = encodeWav(Float32Array.of(0, 1, -1, 0.5, -0.5, 3, -3), 16_000)
  const view = new DataView(file.buffer)

  test('says what it is: mono, 16 bits, the given rate', () => {
    expect([ascii(file, 0), ascii(file, 8), ascii(file, 12), ascii(file, 36)]).toEqual([
      'RIFF',
      'WAVE',
      'fmt ',
      'data',
    ])
    expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([36 + 14, 14])
    expect([view.getUint16(20, true), view.getUint16(22, true), view.getUint16(34, true)]).toEqual([1, 1, 16])
    expect([view.getUint32(24, true), view.getUint32(28, true)]).toEqual([16_000, 32_000])
    expect(view.getUint16(32, true)).toBe(2)
  })

  test('holds the samples, the loudest cut off and not wrapped around', () => {
    const samples = Array.from({ length: 7 }, (_, index) => view.getInt16(44 + 2 * index, true))
    expect(samples).toEqual([0, 32_767, -32_768, 16_384, -16_384, 32_767, -32_768])
  })

  test('may be empty', () => {
    expect(encodeWav(new Float32Array(), 8000)).toHaveLength(44)
  })
})
