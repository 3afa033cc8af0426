import { watch } from 'vue'
import { useChats } from '@/stores/chats.ts'
import { useSite } from '@/stores/site.ts'
import { countText, pageTitle } from './page-title.ts'

/** Keeps the page's title and picture in step with what is unread. */
export function useTitle(): void {
  const chats = useChats()
  const site = useSite()
  watch(
    () => pageTitle(chats.unread, site.name),
    (title) => {
      document.title = title
    },
    { immediate: true },
  )
  watch(
    () => countText(chats.unread),
    (text, before) => {
      // It is plain at first.
      if (text === '' && before === undefined) return
      void import('./icon.ts').then(
        ({ drawIcon }) => drawIcon(text),
        () => {
          // Without a network the title tells it alone.
        },
      )
    },
    { immediate: true },
  )
}
