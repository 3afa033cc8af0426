import { computed } from 'vue'
import { readContent } from '@/content/body.ts'
import { readHints } from '@/media/hints.ts'
import type { ViewerPicture } from '@/media/viewer/picture.ts'
import { useViewer } from '@/media/viewer/useViewer.ts'
import type { Message } from '@/stores/message.ts'
import { usePreferences } from '@/stores/preferences.ts'
import type { Timeline } from '@/stores/timeline.ts'
import { dividerTime } from './times.ts'

/** The addresses of the pictures in a message, as they stand in it. */
function addressesIn({ content, notice }: Message): string[] {
  if (notice) return []
  const parsed = readContent(content)
  if (parsed.kind === 'image') return [parsed.url]
  if (parsed.kind !== 'text') return []
  return parsed.segments.flatMap((segment) => (segment.kind === 'image' ? [segment.url] : []))
}

/** Gives a function that opens a picture of the chat, among all pictures of the history that is here. */
export function usePictures(timeline: Timeline, nameOf: (message: Message) => string) {
  const viewer = useViewer()
  const preferences = usePreferences()

  const pictures = computed<ViewerPicture[]>(() =>
    timeline.items.value.flatMap((message) =>
      addressesIn(message).map((url, at) => {
        const { src, width, height } = readHints(url)
        const time = dividerTime(message.seconds, Date.now() / 1000, preferences.locale)
        const size = width && height ? { width, height } : {}
        return { key: `${message.key}/${at}`, src, alt: '', ...size, from: nameOf(message), time }
      }),
    ),
  )

  return (message: Message, url: string): void => {
    const key = `${message.key}/${Math.max(0, addressesIn(message).indexOf(url))}`
    viewer.open({ pictures, key, needOlder: () => void timeline.loadOlder() })
  }
}
