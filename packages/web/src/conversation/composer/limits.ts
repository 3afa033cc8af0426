/** Characters left from which on they are counted where everybody sees it. */
const NEAR = 0.1
const NEAR_MAX = 200

/** Characters as the server counts them: code points. */
export function characters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/**
 * How many characters more a message may have, once there are few; negative beyond the limit, undefined while there are
 * many. @param limit 0 for none
 */
export function roomLeft(text: string, limit: number): number | undefined {
  if (limit === 0) return undefined
  const near = Math.min(NEAR_MAX, Math.ceil(limit * NEAR))
  // The number of code units is never smaller: long texts are counted only when it may matter.
  if (text.length < limit - near) return undefined
  const left = limit - characters(text)
  return left <= near ? left : undefined
}
