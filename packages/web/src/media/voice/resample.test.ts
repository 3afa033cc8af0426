import { describe, expect, test } from 'bun:test'
import { Resampler } from './resample.ts'

const tone = (hertz: number, rate: number, seconds: number) =>
  Float32Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate))

function resample(sound: Float32Array, from: number, to: number, block = sound.length): Float32Array {
  const resampler = new Resampler(from, to)
  const made: number[] = []
  for (let at = 0; at < sound.length; at += block)
    made.push(...resampler.push(sound.subarray(at, at + block)))
  return Float32Array.from([...made, ...resampler.flush()])
}

/** The loudest sample, away from both ends. */
const loudest = (sound: Float32Array) => Math.max(...sound.subarray(200, -200).map(Math.abs))

describe('bringing sound to another rate', () => {
  for (const from of [48_000, 44_100, 8000]) {
    test(`keeps a tone from ${from} Hz, sample by sample`, () => {
      const made = resample(tone(1000, from, 0.5), from, 16_000)
      const expected = tone(1000, 16_000, 0.5)
      expect(made).toHaveLength(expected.length)
      const apart = made.subarray(200, -200).map((sample, index) => Math.abs(sample - expected[index + 200]!))
      expect(Math.max(...apart)).toBeLessThan(0.005)
    })
  }

  test('takes away what the new rate cannot hold', () => {
    expect(loudest(resample(tone(12_000, 48_000, 0.5), 48_000, 16_000))).toBeLessThan(0.002)
  })

  test('does not depend on the size of the blocks', () => {
    const sound = tone(440, 44_100, 0.1)
    expect(resample(sound, 44_100, 16_000, 100)).toEqual(resample(sound, 44_100, 16_000))
  })
})
