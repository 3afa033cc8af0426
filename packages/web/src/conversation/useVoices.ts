import { onScopeDispose } from 'vue'
import { readContent } from '@/content/body.ts'
import { useVoicePlayback } from '@/media/voice/playback.ts'
import type { Message } from '@/stores/message.ts'
import type { Timeline } from '@/stores/timeline.ts'
import { isUnheard, markHeard } from './heard.ts'

/** Recordings of the chat play one after the other: after one that ends the next one that nobody has heard. */
export function useVoices(timeline: Timeline, me: () => number) {
  const playback = useVoicePlayback()
  const addressOf = ({ content }: Message): string | undefined => {
    const parsed = readContent(content)
    return parsed.kind === 'voice' ? parsed.url : undefined
  }

  const leave = playback.follow({
    next: (url) => {
      const items = timeline.items.value
      const at = items.findIndex((message) => addressOf(message) === url)
      const next = at < 0 ? undefined : items.slice(at + 1).find((message) => isUnheard(message, me()))
      return next && addressOf(next)
    },
    onStart: (url) => {
      const message = timeline.items.value.find((candidate) => addressOf(candidate) === url)
      if (message) markHeard(message)
    },
  })
  onScopeDispose(leave)

  return { isUnheard: (message: Message) => isUnheard(message, me()), heard: markHeard }
}
