import { WORD } from '@/stores/mentions.ts'

/** The `@…` that is being written before the caret: where its `@` stands, and what follows it. */
export interface MentionQuery {
  readonly from: number
  readonly query: string
}

const QUERY_MAX = 24

/** Names stand in the text as one line. */
export const shownName = (name: string): string => name.replace(/\s+/g, ' ').trim()

/** What is being looked for, when the caret stands in an `@…` without a blank. An `@` within a word is an address. */
export function mentionQuery(text: string, caret: number): MentionQuery | undefined {
  const from = text.lastIndexOf('@', caret - 1)
  if (caret === 0 || from < 0 || caret - from > QUERY_MAX) return undefined
  if (from > 0 && WORD.test(text[from - 1]!)) return undefined
  const query = text.slice(from + 1, caret)
  return /\s/.test(query) ? undefined : { from, query }
}
