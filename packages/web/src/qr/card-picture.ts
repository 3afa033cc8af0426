import { ownAddress } from '@/browser/own-address.ts'
import { type QrModules, qrModules } from './modules.ts'

/** What is drawn on a card that is saved as a picture. */
interface Card {
  readonly content: string
  readonly name: string
  /** Address of the person's or group's picture. */
  readonly avatar: string
  readonly hint?: string
}

const WIDTH = 720
const HEIGHT = 960
const EDGE = 72
const AVATAR = 112
const CODE_MAX = 688
const CODE_MIDDLE = 528
const HINT_MIDDLE = 884

/** Draws a card as a PNG: dark on white, as it is printed. */
export async function drawCard({ content, name, avatar, hint }: Card): Promise<Blob> {
  const [code, picture] = await Promise.all([qrModules(content), loadPicture(avatar)])
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT)
  const context = canvas.getContext('2d')!
  const font = getComputedStyle(document.body).fontFamily
  context.fillStyle = 'white'
  context.fillRect(0, 0, WIDTH, HEIGHT)

  if (picture) drawAvatar(context, picture)
  context.fillStyle = 'black'
  context.textBaseline = 'middle'
  context.font = `600 40px ${font}`
  const nameLeft = picture ? EDGE + AVATAR + 28 : EDGE
  context.fillText(fitted(context, name, WIDTH - EDGE - nameLeft), nameLeft, EDGE + AVATAR / 2)

  drawCode(context, code)
  if (hint) {
    context.globalAlpha = 0.6
    context.font = `400 26px ${font}`
    context.textAlign = 'center'
    context.fillText(fitted(context, hint, WIDTH - 2 * EDGE), WIDTH / 2, HINT_MIDDLE)
  }
  return canvas.convertToBlob({ type: 'image/png' })
}

/** Whole pixels for each module: nothing is blurred. The code has its own margin. */
function drawCode(context: OffscreenCanvasRenderingContext2D, { side, runs }: QrModules): void {
  const module = Math.max(1, Math.floor(CODE_MAX / side))
  const left = Math.floor((WIDTH - module * side) / 2)
  const top = CODE_MIDDLE - Math.floor((module * side) / 2)
  for (const { x, y, length } of runs)
    context.fillRect(left + x * module, top + y * module, length * module, module)
}

function drawAvatar(context: OffscreenCanvasRenderingContext2D, picture: HTMLImageElement): void {
  context.save()
  context.beginPath()
  context.roundRect(EDGE, EDGE, AVATAR, AVATAR, AVATAR * 0.26)
  context.clip()
  context.drawImage(picture, EDGE, EDGE, AVATAR, AVATAR)
  context.restore()
}

/** Undefined when it cannot be had, or lies on another host that does not let it be drawn. */
async function loadPicture(src: string): Promise<HTMLImageElement | undefined> {
  if (src === '') return undefined
  const picture = new Image()
  picture.crossOrigin = 'anonymous'
  picture.src = ownAddress(src)
  try {
    await picture.decode()
    return picture
  } catch {
    return undefined
  }
}

/** The text, cut with an ellipsis where it is wider than `width` px. */
function fitted(context: OffscreenCanvasRenderingContext2D, text: string, width: number): string {
  const letters = [...text]
  let shown = text
  while (letters.length > 0 && context.measureText(shown).width > width) {
    letters.pop()
    shown = `${letters.join('')}…`
  }
  return shown
}
