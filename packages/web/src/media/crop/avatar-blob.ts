/** Pixels on each side of a profile picture that is uploaded; the server makes it smaller still. */
export const AVATAR_SIDE = 512
const JPEG_QUALITY = 0.92
const MAYBE_TRANSPARENT = new Set(['image/png', 'image/webp', 'image/gif', 'image/avif'])

/**
 * The cut as a file of exactly 512×512 pixels: PNG when the picture may be transparent, JPEG otherwise.
 * @param type of the picture that was cut
 */
export function avatarBlob(cut: HTMLCanvasElement, type: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(AVATAR_SIDE, AVATAR_SIDE)
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  context.drawImage(cut, 0, 0, AVATAR_SIDE, AVATAR_SIDE)
  return canvas.convertToBlob(
    MAYBE_TRANSPARENT.has(type) ? { type: 'image/png' } : { type: 'image/jpeg', quality: JPEG_QUALITY },
  )
}
