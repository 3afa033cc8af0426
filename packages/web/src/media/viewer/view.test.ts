import { describe, expect, test } from 'bun:test'
import {
  fittedSize,
  movedBy,
  percentOf,
  toggledAt,
  turned,
  type View,
  WHOLE,
  within,
  zoomedAt,
} from './view.ts'

const frame = { width: 1000, height: 800 }
const wide = { width: 4000, height: 2000 }

describe('a picture in the viewer', () => {
  test('is shown whole, and never larger than it is', () => {
    expect(fittedSize(wide, frame, WHOLE)).toEqual({ width: 1000, height: 500 })
    expect(fittedSize({ width: 100, height: 50 }, frame, WHOLE)).toEqual({ width: 100, height: 50 })
    expect(percentOf(WHOLE, wide, frame)).toBe(25)
  })

  test('fits also when it lies on its side', () => {
    expect(fittedSize(wide, frame, turned(WHOLE))).toEqual({ width: 800, height: 400 })
  })

  test('grows around the spot that is pointed at', () => {
    const point = { x: 200, y: -100 }
    const view = zoomedAt(WHOLE, point, 3, wide, frame)
    const spotBefore = { x: point.x, y: point.y }
    expect((point.x - view.x) / view.scale).toBeCloseTo(spotBefore.x)
    expect((point.y - view.y) / view.scale).toBeCloseTo(spotBefore.y)
  })

  test('grows no further than is of use, and shrinks to the whole', () => {
    expect(zoomedAt(WHOLE, { x: 0, y: 0 }, 1000, wide, frame).scale).toBe(8)
    expect(zoomedAt({ ...WHOLE, scale: 3 }, { x: 50, y: 50 }, 0.0001, wide, frame)).toEqual(WHOLE)
  })

  test('cannot be pushed out of the frame', () => {
    expect(movedBy(WHOLE, { x: 500, y: 500 }, wide, frame)).toEqual(WHOLE)
    const zoomed: View = { ...WHOLE, scale: 2 }
    expect(movedBy(zoomed, { x: 9999, y: -9999 }, wide, frame)).toEqual({ ...zoomed, x: 500, y: -100 })
    expect(within({ ...zoomed, turns: 1, x: 9999, y: 9999 }, wide, frame)).toMatchObject({ x: 0, y: 400 })
  })

  test('is shown in its own size by a double click, and whole by the next', () => {
    const once = toggledAt(WHOLE, { x: 0, y: 0 }, wide, frame)
    expect(percentOf(once, wide, frame)).toBe(100)
    expect(toggledAt(once, { x: 9, y: 9 }, wide, frame)).toEqual(WHOLE)
  })

  test('without a size does no harm', () => {
    const none = { width: 0, height: 0 }
    const view = zoomedAt(WHOLE, { x: 5, y: 5 }, 2, none, frame)
    expect([view.scale, view.x, view.y].every(Number.isFinite)).toBe(true)
    expect(Number.isFinite(toggledAt(WHOLE, { x: 5, y: 5 }, none, frame).scale)).toBe(true)
  })
})
