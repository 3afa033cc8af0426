import { useEventListener } from '@vueuse/core'
import { useRoute, useRouter } from 'vue-router'
import { isComposing } from '@/browser/shortcut.ts'
import { useChats } from '@/stores/chats.ts'
import { overlayOpen } from '@/ui/overlay.ts'
import { useAttempt } from '@/ui/useAttempt.ts'
import { nextChat } from './next-chat.ts'

/** Alt+↑ and Alt+↓ go through the list of chats; Esc leaves the chat. What lies over the page keeps its keys. */
export function useChatKeys(): void {
  const router = useRouter()
  const route = useRoute()
  const chats = useChats()
  const attempt = useAttempt()

  async function step(by: 1 | -1): Promise<void> {
    const open = `${String(route.params.type)}${String(route.params.id)}`
    let next = nextChat(chats.list, open, by)
    if (next?.key === open && by === 1 && chats.cursor !== undefined) {
      await chats.loadMore()
      next = nextChat(chats.list, open, by)
    }
    if (next) await router.push(`/chat/${next.type}/${next.id}`)
  }

  useEventListener(window, 'keydown', (event) => {
    if (event.defaultPrevented || isComposing(event) || overlayOpen()) return
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault()
      void attempt(() => step(event.key === 'ArrowUp' ? -1 : 1))
    } else if (event.key === 'Escape' && route.params.type) {
      void router.push('/chats')
    }
  })
}
