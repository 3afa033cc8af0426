/*
 * How a picture lies in the viewer. Lengths in CSS px; the origin is the middle of the frame. Scale 1 shows the whole
 * picture (never larger than it is).
 */

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface View {
  readonly scale: number
  /** Where the picture's middle is. */
  readonly x: number
  readonly y: number
  /** Quarter turns clockwise; goes on beyond 3, so that turning never spins back. */
  readonly turns: number
}

export const WHOLE: View = { scale: 1, x: 0, y: 0, turns: 0 }

/** A picture can always be made four times as large, a detailed one twice its own size. */
const ZOOM_MAX = 4
const ZOOM_STEP = 1.5

const isLying = (view: View) => Math.abs(view.turns) % 2 === 1

/** The picture's size at scale 1, before it is turned. */
export function fittedSize(picture: Size, frame: Size, view: View): Size {
  if (picture.width <= 0 || picture.height <= 0) return { width: 0, height: 0 }
  const [width, height] = isLying(view) ? [frame.height, frame.width] : [frame.width, frame.height]
  const factor = Math.min(1, width / picture.width, height / picture.height)
  return { width: picture.width * factor, height: picture.height * factor }
}

function maxScale(picture: Size, frame: Size, view: View): number {
  const fitted = fittedSize(picture, frame, view)
  return fitted.width > 0 ? Math.max(ZOOM_MAX, (2 * picture.width) / fitted.width) : 1
}

/** The same view with the picture moved back where it covers the frame, or in its middle where it is smaller. */
export function within(view: View, picture: Size, frame: Size): View {
  const fitted = fittedSize(picture, frame, view)
  const [width, height] = isLying(view) ? [fitted.height, fitted.width] : [fitted.width, fitted.height]
  const limit = (position: number, length: number, room: number) => {
    const most = Math.max(0, (length * view.scale - room) / 2)
    return Math.min(most, Math.max(-most, position))
  }
  return { ...view, x: limit(view.x, width, frame.width), y: limit(view.y, height, frame.height) }
}

/** Larger or smaller by a factor, with the picture's spot under `point` staying there. */
export function zoomedAt(view: View, point: Point, factor: number, picture: Size, frame: Size): View {
  const scale = Math.min(maxScale(picture, frame, view), Math.max(1, view.scale * factor))
  const real = scale / view.scale
  const x = point.x - (point.x - view.x) * real
  const y = point.y - (point.y - view.y) * real
  return within({ ...view, scale, x, y }, picture, frame)
}

export const zoomedIn = (view: View, picture: Size, frame: Size): View =>
  zoomedAt(view, { x: 0, y: 0 }, ZOOM_STEP, picture, frame)

export const zoomedOut = (view: View, picture: Size, frame: Size): View =>
  zoomedAt(view, { x: 0, y: 0 }, 1 / ZOOM_STEP, picture, frame)

/** What a double click does: the picture's own size around the spot (at least 2.5 times), or the whole of it again. */
export function toggledAt(view: View, point: Point, picture: Size, frame: Size): View {
  if (view.scale > 1.01) return { ...WHOLE, turns: view.turns }
  const fitted = fittedSize(picture, frame, view)
  if (fitted.width === 0) return view
  return zoomedAt(view, point, Math.max(2.5, picture.width / fitted.width), picture, frame)
}

export const movedBy = (view: View, step: Point, picture: Size, frame: Size): View =>
  within({ ...view, x: view.x + step.x, y: view.y + step.y }, picture, frame)

export const turned = (view: View): View => ({ ...WHOLE, turns: view.turns + 1 })

/** How much of its own size is shown, in per cent. */
export function percentOf(view: View, picture: Size, frame: Size): number {
  return picture.width > 0
    ? Math.round((100 * view.scale * fittedSize(picture, frame, view).width) / picture.width)
    : 100
}
