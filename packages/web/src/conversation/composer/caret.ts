import type { Mention } from '@/stores/mentions.ts'

/** A text after a change, and where the caret stands then. */
export interface Edited {
  readonly text: string
  readonly caret: number
}

/** Puts a piece in the place of what is between `start` and `end`. */
export const replaced = (text: string, start: number, end: number, piece: string): Edited => ({
  text: text.slice(0, start) + piece + text.slice(end),
  caret: start + piece.length,
})

const EMOJI_BEFORE = /\[表情\d{1,3}\]$/
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** No character that people see is longer than this in code units; a bound for the look back. */
const GRAPHEME_MAX = 64

/** Where begins what one press of Backspace deletes as a whole, an emoji `[表情N]` or an `@name `; undefined without. */
export function tokenBefore(text: string, caret: number, mentions: readonly Mention[]): number | undefined {
  const before = text.slice(0, caret)
  const emoji = EMOJI_BEFORE.exec(before)
  if (emoji) return emoji.index
  for (const { name } of mentions)
    for (const token of [`@${name} `, `@${name}`]) if (before.endsWith(token)) return caret - token.length
  return undefined
}

/** The text without what stands before the caret: one character as people see it, or one token. */
export function deletedBefore(text: string, caret: number, mentions: readonly Mention[]): Edited {
  if (caret === 0) return { text, caret }
  const near = text.slice(Math.max(0, caret - GRAPHEME_MAX), caret)
  const last = [...graphemes.segment(near)].at(-1)?.segment.length ?? 1
  const start = tokenBefore(text, caret, mentions) ?? caret - last
  return replaced(text, start, caret, '')
}
