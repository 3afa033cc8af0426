import { readHints } from '@/media/hints.ts'

/** Puts text into the clipboard. @throws DOMException when the browser does not allow it */
export const copyText = (text: string): Promise<void> => navigator.clipboard.writeText(text)

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
