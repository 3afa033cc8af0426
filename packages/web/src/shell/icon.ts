const SIDE = 64
const PLAIN = '/favicon.svg'

let mark: Promise<HTMLImageElement> | undefined

async function loadMark(): Promise<HTMLImageElement> {
  const image = new Image(SIDE, SIDE)
  image.src = PLAIN
  await image.decode()
  return image
}

/** Puts a number on the page's picture in the browser's tab; empty takes it away. */
export async function drawIcon(text: string): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (!link) return
  if (text === '') {
    link.href = PLAIN
    return
  }
  mark ??= loadMark()
  const image = await mark.catch(() => undefined)
  const canvas = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE })
  const context = canvas.getContext('2d')
  if (!image || !context) return
  context.drawImage(image, 0, 0, SIDE, SIDE)
  const tokens = getComputedStyle(document.documentElement)
  const width = text.length > 1 ? 20 + text.length * 13 : 38
  context.fillStyle = tokens.getPropertyValue('--badge').trim()
  context.beginPath()
  context.roundRect(SIDE - width, SIDE - 38, width, 38, 19)
  context.fill()
  context.fillStyle = '#fff'
  context.font = '600 28px sans-serif'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(text, SIDE - width / 2, SIDE - 18)
  link.href = canvas.toDataURL('image/png')
}
