import { fromBase64Url } from '@/media/hints.ts'

const CACHE_MAX = 200
const cache = new Map<string, Promise<string | undefined>>()

/**
 * The blurred picture behind a ThumbHash (base64url, as {@link readHints} gives it) as a `data:` address, or undefined
 * when it is none. What draws it is loaded when the first one is needed.
 */
export function placeholderOf(hash: string): Promise<string | undefined> {
  const known = cache.get(hash)
  if (known) return known
  if (cache.size >= CACHE_MAX) cache.clear()
  const drawn = draw(hash)
  cache.set(hash, drawn)
  return drawn
}

async function draw(hash: string): Promise<string | undefined> {
  const bytes = fromBase64Url(hash)
  if (!bytes || bytes.length < 5) return undefined
  try {
    const { thumbHashToDataURL } = await import('thumbhash')
    return thumbHashToDataURL(bytes)
  } catch {
    // A picture without a placeholder is a picture all the same.
    cache.delete(hash)
    return undefined
  }
}
