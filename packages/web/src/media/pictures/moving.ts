/** The bytes of a file that tell whether it moves; enough for both formats, as long as colour profiles are small. */
export const MOVING_HEAD_BYTES = 4096

const letters = (bytes: Uint8Array, at: number, count = 4) =>
  String.fromCharCode(...bytes.subarray(at, at + count))

/**
 * Whether a picture moves: it is then sent as it is, since drawing it anew would keep its first frame only.
 * @param head the file's first bytes
 */
export function isMoving(head: Uint8Array): boolean {
  if (letters(head, 0, 3) === 'GIF') return true
  if (letters(head, 0) === 'RIFF' && letters(head, 8) === 'WEBP') return isMovingWebp(head)
  return letters(head, 1, 3) === 'PNG' && isMovingPng(head)
}

const WEBP_MOVES = 0x02

const isMovingWebp = (head: Uint8Array) => letters(head, 12) === 'VP8X' && (head[20]! & WEBP_MOVES) !== 0

/** A moving PNG says so in a chunk before its first pixels. */
function isMovingPng(head: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  for (let at = 8; at + 8 <= head.length; at += view.getUint32(at) + 12) {
    const chunk = letters(head, at + 4)
    if (chunk === 'acTL') return true
    if (chunk === 'IDAT') return false
  }
  return false
}
