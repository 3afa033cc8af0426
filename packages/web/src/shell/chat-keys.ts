import { useEventListener } from '@vueuse/core'
import { useRoute, useRouter } from 'vue-router'
import { useChats } from '@/stores/chats.ts'
import { overlayOpen } from '@/ui/overlay.ts'

/** Alt+↑ and Alt+↓ go through the list of chats; Esc leaves the chat. */
export function useChatKeys(): void {
  const router = useRouter()
  const route = useRoute()
  const chats = useChats()

  function step(by: 1 | -1): void {
    const list = chats.list
    if (list.length === 0) return
    const at = list.findIndex(({ key }) => key === `${String(route.params.type)}${String(route.params.id)}`)
    const next = list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))]!
    void router.push(`/chat/${next.type}/${next.id}`)
  }

  useEventListener(window, 'keydown', (event) => {
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault()
      step(event.key === 'ArrowUp' ? -1 : 1)
    } else if (event.key === 'Escape' && !event.defaultPrevented && !overlayOpen() && route.params.type) {
      void router.push('/chats')
    }
  })
}
