import type { Segment } from '@parley/client'
import { readContent } from '@/content/body.ts'
import { previewText } from '@/content/preview.ts'
import type { Message } from '@/stores/message.ts'
import { clockTime, dayOf } from './times.ts'

/** A message as text that can be put into any other box: names and addresses instead of links. */
export function plainText(content: string, locale: string): string {
  const parsed = readContent(content)
  if (parsed.kind === 'url') return parsed.url
  if (parsed.kind !== 'text') return previewText(content, locale)
  return parsed.segments.map(segmentText).join('')
}

function segmentText(segment: Segment): string {
  switch (segment.kind) {
    case 'text':
      return segment.text
    case 'emoji':
      return `[表情${segment.index}]`
    case 'mention':
      return segment.label
    case 'link':
      return segment.label === segment.url ? segment.url : `${segment.label} ${segment.url}`
    case 'image':
      return segment.url
  }
}

/** Several messages as text: who, when and what, with the day above where it changes. */
export function transcript(
  messages: readonly Message[],
  options: { locale: string; nameOf(message: Message): string },
): string {
  const lines: string[] = []
  let day: number | undefined
  for (const message of messages) {
    const its = dayOf(message.seconds)
    if (its !== day) {
      const date = new Date(message.seconds * 1000).toLocaleDateString(options.locale, { dateStyle: 'long' })
      lines.push(...(day === undefined ? [] : ['']), date)
    }
    day = its
    lines.push(
      `${options.nameOf(message)} ${clockTime(message.seconds)}`,
      plainText(message.content, options.locale),
    )
  }
  return lines.join('\n')
}
