import { describe, expect, test } from 'bun:test'
import { barsOf, levelOf, peaksOf, waveWidth } from './peaks.ts'

const constant = (value: number, length = 4000) => new Float32Array(length).fill(value)

describe('the shape of a voice message', () => {
  test('is 40 values, the loudest part 31', () => {
    const sound = Float32Array.from([...constant(0.1, 2000), ...constant(0.4, 2000)])
    const peaks = peaksOf(sound)
    expect(peaks).toHaveLength(40)
    expect(peaks.slice(20).every((peak) => peak === 31)).toBe(true)
    expect(peaks.slice(0, 20).every((peak) => peak > 5 && peak < 20)).toBe(true)
  })

  test('leaves silence flat instead of blowing up its noise', () => {
    expect(Math.max(...peaksOf(constant(0.0005)))).toBeLessThan(4)
    expect(peaksOf(new Float32Array())).toEqual(new Array(40).fill(0))
  })

  test('fits fewer and more bars without losing the highest', () => {
    expect(barsOf([1, 9, 2, 3], 2)).toEqual([9, 3])
    expect(barsOf([1, 9], 4)).toEqual([1, 1, 9, 9])
    expect(Math.max(...barsOf([0, 0, 0, 31, 0, 0, 0], 3))).toBe(31)
    expect(barsOf([], 3)).toEqual([0, 0, 0])
  })

  test('grows with the length between 80 and 240 px', () => {
    const widths = [0, 2, 12, 60, 300].map(waveWidth)
    expect(widths[0]).toBe(80)
    expect(widths.slice(3)).toEqual([240, 240])
    expect(widths).toEqual(widths.toSorted((a, b) => a - b))
    expect(waveWidth(12) - waveWidth(2)).toBeGreaterThan(30)
  })
})

describe('the level', () => {
  test('goes from silence to loud speech', () => {
    expect([levelOf(constant(0)), levelOf(constant(0.9))]).toEqual([0, 1])
    expect(levelOf(constant(0.03))).toBeGreaterThan(0.3)
    expect(levelOf(constant(0.03))).toBeLessThan(0.7)
  })
})
