import { type MessageContent, parseContent, type Segment } from '@parley/client'

/**
 * What a bubble has to be for its content: `text` and `voice` and `card` (a file) stand on the bubble's ground, `bare`
 * (a picture, a film, one to three large emoji) has none.
 */
export type BodyShape = 'text' | 'voice' | 'card' | 'bare'

/** More than three emoji are a sentence, and stay small. */
const LARGE_MAX = 3

const CACHE_MAX = 500
const cache = new Map<string, MessageContent>()

/** What a message is: `parseContent`, done once for the messages that come and go while a history is scrolled. */
export function readContent(content: string): MessageContent {
  const known = cache.get(content)
  if (known) return known
  if (cache.size >= CACHE_MAX) cache.clear()
  const parsed = parseContent(content)
  cache.set(content, parsed)
  return parsed
}

/** What bubble the content needs. */
export function shapeOf(content: string): BodyShape {
  const parsed = readContent(content)
  switch (parsed.kind) {
    case 'text':
      return isLargeEmoji(parsed.segments) ? 'bare' : 'text'
    case 'file':
      return parsed.video ? 'bare' : 'card'
    case 'image':
      return 'bare'
    case 'voice':
      return 'voice'
    case 'url':
      return 'text'
  }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const PICTOGRAPH = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[\d#*]\ufe0f?\u20e3)/u
// Signs like © and ™ are text unless the writer asks for the picture.
const TEXT_BY_DEFAULT = /^\p{Extended_Pictographic}$/u

/** True for a text of one to three emoji and nothing else: they are shown larger. */
export function isLargeEmoji(segments: readonly Segment[]): boolean {
  let count = 0
  for (const segment of segments) {
    if (segment.kind === 'emoji') count++
    else if (segment.kind === 'text') {
      const found = emojiOnly(segment.text)
      if (found === undefined) return false
      count += found
    } else return false
    if (count > LARGE_MAX) return false
  }
  return count > 0
}

/** How many emoji a text is made of; undefined when it holds something else. Counts no further than is needed. */
function emojiOnly(text: string): number | undefined {
  let count = 0
  for (const { segment } of graphemes.segment(text)) {
    if (segment.trim() === '') continue
    if (!isEmoji(segment)) return undefined
    if (++count > LARGE_MAX) return count
  }
  return count
}

/** Whether one character, as people see it, is shown as a small picture by the system. */
const isEmoji = (character: string) =>
  PICTOGRAPH.test(character) &&
  (!TEXT_BY_DEFAULT.test(character) || /^\p{Emoji_Presentation}$/u.test(character))
