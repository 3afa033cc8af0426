import { computed, watch } from 'vue'
import { useChats } from '@/stores/chats.ts'
import { useSite } from '@/stores/site.ts'
import { drawIcon } from './icon.ts'

/** Keeps the page's title and picture in step with what is unread. */
export function useTitle(): void {
  const chats = useChats()
  const site = useSite()
  const count = computed(() => (chats.unread > 99 ? '99+' : chats.unread > 0 ? String(chats.unread) : ''))
  watch(
    [count, () => site.name],
    ([count, name]) => {
      document.title = count ? `(${count}) ${name}` : name
    },
    { immediate: true },
  )
  watch(count, (text) => void drawIcon(text))
}
