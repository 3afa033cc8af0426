import { useEventListener } from '@vueuse/core'
import { type Ref, ref } from 'vue'
import { movedBy, type Point, type Size, toggledAt, type View, zoomedAt } from './view.ts'

interface Options {
  frame: Ref<HTMLElement | null>
  frameSize: () => Size
  pictureSize: () => Size
  view: Ref<View>
  /** The whole picture was pushed aside: 1 to the next, -1 to the one before. Tells whether there is one. */
  swipe: (step: 1 | -1) => boolean
  /** The whole picture was pulled down. */
  dismiss: () => void
}

const SWIPE_PX = 60
/** A quick flick needs less. */
const FLICK_PX_PER_MS = 0.4
const DISMISS_PX = 110
/** What a finger may move and still press. */
const STILL_PX = 8
const DOUBLE_MS = 300

/**
 * Pinch, wheel, double press, drag. Gives what the strip of pictures is moved by while a finger holds it, and whether
 * one does (then nothing is animated).
 */
export function useGestures({ frame, frameSize, pictureSize, view, swipe, dismiss }: Options) {
  const drag = ref<Point>({ x: 0, y: 0 })
  const held = ref(false)
  const pointers = new Map<number, Point>()
  let axis: 'x' | 'y' | undefined
  let began: { at: number; point: Point } | undefined
  let tapped: { at: number; point: Point } | undefined
  let moved = false

  const pointOf = (event: MouseEvent): Point => {
    const box = frame.value?.getBoundingClientRect()
    if (!box) return { x: 0, y: 0 }
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 }
  }
  const isWhole = () => view.value.scale <= 1.01

  useEventListener(
    frame,
    'wheel',
    (event) => {
      event.preventDefault()
      // A trackpad's pinch comes as a wheel with Ctrl, in much smaller steps.
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
      const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016))
      view.value = zoomedAt(view.value, pointOf(event), factor, pictureSize(), frameSize())
    },
    { passive: false },
  )

  useEventListener(frame, 'pointerdown', (event) => {
    if (event.pointerType === 'mouse' && event.button !== 0) return
    frame.value?.setPointerCapture(event.pointerId)
    pointers.set(event.pointerId, pointOf(event))
    held.value = true
    if (pointers.size > 1) {
      drag.value = { x: 0, y: 0 }
      moved = true
      return
    }
    axis = undefined
    moved = false
    began = { at: event.timeStamp, point: pointOf(event) }
  })

  useEventListener(frame, 'pointermove', (event) => {
    const before = pointers.get(event.pointerId)
    if (!before) return
    const point = pointOf(event)
    if (pointers.size === 2) pinch(event.pointerId, before, point)
    else if (pointers.size === 1 && isWhole()) pull(point, event.pointerType)
    else if (pointers.size === 1) {
      const step = { x: point.x - before.x, y: point.y - before.y }
      moved ||= Math.hypot(point.x - (began?.point.x ?? 0), point.y - (began?.point.y ?? 0)) > STILL_PX
      view.value = movedBy(view.value, step, pictureSize(), frameSize())
    }
    pointers.set(event.pointerId, point)
  })

  function pinch(id: number, before: Point, point: Point) {
    const other = [...pointers].find(([key]) => key !== id)?.[1]
    if (!other) return
    const distance = (a: Point) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y))
    const middle = { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 }
    const zoomed = zoomedAt(
      view.value,
      middle,
      distance(point) / distance(before),
      pictureSize(),
      frameSize(),
    )
    const step = { x: (point.x - before.x) / 2, y: (point.y - before.y) / 2 }
    view.value = movedBy(zoomed, step, pictureSize(), frameSize())
  }

  function pull(point: Point, pointerType: string) {
    if (!began) return
    const x = point.x - began.point.x
    const y = point.y - began.point.y
    if (!axis && Math.hypot(x, y) > STILL_PX) {
      axis = Math.abs(x) >= Math.abs(y) ? 'x' : 'y'
      moved = true
    }
    if (axis === 'x') drag.value = { x, y: 0 }
    else if (axis === 'y' && pointerType !== 'mouse') drag.value = { x: 0, y: Math.max(0, y) }
  }

  function release(event: PointerEvent) {
    if (!pointers.delete(event.pointerId)) return
    if (pointers.size > 0) return
    held.value = false
    const { x, y } = drag.value
    drag.value = { x: 0, y: 0 }
    if (event.type === 'pointercancel') return
    if (!moved) return tap(event)
    const speed = began ? Math.abs(x) / Math.max(1, event.timeStamp - began.at) : 0
    if (Math.abs(x) > SWIPE_PX || (speed > FLICK_PX_PER_MS && Math.abs(x) > STILL_PX)) swipe(x < 0 ? 1 : -1)
    else if (y > DISMISS_PX) dismiss()
  }
  useEventListener(frame, ['pointerup', 'pointercancel'], release)

  function tap(event: PointerEvent) {
    const point = pointOf(event)
    const isSecond =
      tapped &&
      event.timeStamp - tapped.at < DOUBLE_MS &&
      Math.hypot(point.x - tapped.point.x, point.y - tapped.point.y) < 40
    tapped = isSecond ? undefined : { at: event.timeStamp, point }
    if (isSecond) view.value = toggledAt(view.value, point, pictureSize(), frameSize())
  }

  return { drag, held }
}
