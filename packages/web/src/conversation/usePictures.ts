import { until } from '@vueuse/core'
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

/** Gives a function that opens a picture of the chat, among all of its pictures: the history is read on for more of them. */
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

  const whole = computed(() => !timeline.hasOlder.value && timeline.atEnd.value)

  /** Reads pages until one has a picture, there are no more, one cannot be read, or nobody looks any more. */
  async function readOn(hasMore: () => boolean, read: () => Promise<void>): Promise<void> {
    const count = pictures.value.length
    while (hasMore() && pictures.value.length === count && viewer.showing.value) {
      // The list behind the viewer may be reading, too.
      await until(timeline.loading).toBe(undefined)
      await read()
      if (timeline.error.value) return
    }
  }

  return (message: Message, url: string): void => {
    viewer.open({
      ...{ pictures, whole, key: `${message.key}/${Math.max(0, addressesIn(message).indexOf(url))}` },
      needOlder: () =>
        void readOn(
          () => timeline.hasOlder.value,
          () => timeline.loadOlder(),
        ),
      needNewer: () =>
        void readOn(
          () => !timeline.atEnd.value,
          () => timeline.loadNewer(),
        ),
    })
  }
}
