import { type Matcher, matchText } from '@/people/matching.ts'
import { keywordsOf, type Reply } from '@/stores/replies.ts'

/** What is written behind a `/` that begins the text: the words to look for; undefined when it is no such text. */
export function slashQuery(text: string, caret: number): string | undefined {
  if (!text.startsWith('/') || caret === 0) return undefined
  const query = text.slice(1, caret)
  return /[\n/]/.test(query) ? undefined : query.trim()
}

/** A reply that is found by its words alone comes after all that are found by a title or keyword. */
const BY_WORDS = 0.5

/**
 * The replies whose title or one of whose keywords fits what is looked for, the best first; then those whose words contain
 * it.
 * @param matcher how well a title or keyword fits, above {@link BY_WORDS}: with pinyin, once its dictionary is here
 */
export function matchingReplies(
  replies: readonly Reply[],
  query: string,
  matcher: Matcher = matchText,
): readonly Reply[] {
  if (query === '') return replies
  const wanted = query.toLowerCase()
  const score = (reply: Reply): number =>
    Math.max(...[reply.title, ...keywordsOf(reply)].map((word) => matcher(word, query))) ||
    (reply.content.toLowerCase().includes(wanted) ? BY_WORDS : 0)
  return replies
    .map((reply) => ({ reply, score: score(reply) }))
    .filter((found) => found.score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ reply }) => reply)
}
