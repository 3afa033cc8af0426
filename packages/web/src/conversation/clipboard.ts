import { readHints } from '@/media/hints.ts'

/** Puts text into the clipboard. @throws Error (also DOMException) when the browser does not allow it */
export async function copyText(text: string): Promise<void> {
  // Browsers have it on pages with https only.
  if (navigator.clipboard) await navigator.clipboard.writeText(text)
  else copyMarked(text)
}

/** The old way, which copies what is marked in the page. */
function copyMarked(text: string): void {
  const before = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.className = 'sr-only'
  // A dialog would take the focus back from anything outside.
  const place = before?.closest('[role=dialog]') ?? document.body
  place.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  if (!isDone) throw new Error('The browser does not copy')
}

/** The text that is marked within an element; empty when nothing is, or when it goes beyond. */
export function markedIn(element: Element | null): string {
  const marked = getSelection()
  const isWithin =
    element?.contains(marked?.anchorNode ?? null) && element.contains(marked?.focusNode ?? null)
  return isWithin ? marked!.toString() : ''
}

/** Whether pictures can be copied here. Only on pages with https, as browsers want it. */
export const canCopyPicture = (): boolean =>
  typeof ClipboardItem !== 'undefined' && typeof navigator.clipboard?.write === 'function'

/** Puts a picture into the clipboard, as PNG: browsers take no other kind. @throws when it cannot be read or written */
export async function copyPicture(url: string): Promise<void> {
  const { src } = readHints(url)
  const png = async () => {
    const response = await fetch(src)
    if (!response.ok) throw new Error('The picture cannot be read')
    const blob = await response.blob()
    return blob.type === 'image/png' ? blob : toPng(blob)
  }
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png() })])
}

async function toPng(blob: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(blob)
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0)
  bitmap.close()
  return canvas.convertToBlob({ type: 'image/png' })
}

/** Has the browser save an address as a file. */
export function saveFile(url: string, name?: string): void {
  const link = document.createElement('a')
  link.href = readHints(url).src
  link.download = name ?? ''
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
  link.click()
}
