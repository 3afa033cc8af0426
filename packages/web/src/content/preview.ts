import { preview } from '@parley/client'
import { withCharacters } from '@/emoji/characters.ts'
import { plainName } from '@/media/box.ts'
import { readHints } from '@/media/hints.ts'
import { readContent } from './body.ts'

export interface PreviewOptions {
  /** Who says it, as the list of chats shows it for groups: `name: text`. */
  readonly withName?: string
  /** At most so many characters; 100 when not given. */
  readonly max?: number
}

/** The language in which the contract knows its words. */
export const languageOf = (locale: string): 'zh' | 'en' => (/^zh\b/i.test(locale) ? 'zh' : 'en')

/** One line that stands for a message in the list of chats, a quote or a notification: `[语音] 12″`. */
export function previewText(
  content: string,
  locale: string,
  { withName, max = 100 }: PreviewOptions = {},
): string {
  const language = languageOf(locale)
  const line = preview(withCharacters(content), language, max) + secondsIn(content)
  const text = readContent(content).kind === 'file' ? plainName(line) : line
  if (!withName) return text
  return language === 'zh' ? `${withName}：${text}` : `${withName}: ${text}`
}

function secondsIn(content: string): string {
  const parsed = readContent(content)
  if (parsed.kind !== 'voice') return ''
  const { seconds } = readHints(parsed.url)
  return seconds === undefined ? '' : ` ${Math.max(1, Math.round(seconds))}″`
}
