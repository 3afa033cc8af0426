import type { Reply } from '@/stores/replies.ts'

/** What is written behind a `/` that begins the text: the words to look for; undefined when it is no such text. */
export function slashQuery(text: string, caret: number): string | undefined {
  if (!text.startsWith('/') || caret === 0) return undefined
  const query = text.slice(1, caret)
  return /[\n/]/.test(query) ? undefined : query.trim()
}

/** The replies whose title or words contain what is looked for; those whose title begins with it first. */
export function matchingReplies(replies: readonly Reply[], query: string): readonly Reply[] {
  if (query === '') return replies
  const wanted = query.toLowerCase()
  const rank = ({ title, content }: Reply) => {
    const at = title.toLowerCase().indexOf(wanted)
    if (at >= 0) return at === 0 ? 0 : 1
    return content.toLowerCase().includes(wanted) ? 2 : 3
  }
  return replies
    .map((reply) => ({ reply, rank: rank(reply) }))
    .filter((found) => found.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ reply }) => reply)
}
