import { useEventListener } from '@vueuse/core'
import { nextTick } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { isComposing } from '@/browser/shortcut.ts'
import { useChats } from '@/stores/chats.ts'
import { overlayOpen } from '@/ui/overlay.ts'
import { useAttempt } from '@/ui/useAttempt.ts'
import { nextChat } from './next-chat.ts'

const FIELDS = 'textarea, input:not([type=checkbox], [type=radio], [type=range], [type=file], [readonly])'
/** Whether somebody has written something into a page. */
const holdsText = (): boolean =>
  [...document.querySelectorAll<HTMLInputElement>(`main :is(${FIELDS})`)].some(({ value }) => value !== '')

/**
 * Alt+↑ and Alt+↓ go through the list of chats; Esc leaves the page: a chat's details for the chat, any other for its list.
 * What lies over the page keeps its keys, and a page in which something was written stays.
 */
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

  async function leave(): Promise<void> {
    const { path, meta } = route
    const chat = /^\/chat\/\w+\/\d+/.exec(path)?.[0]
    await router.push(chat && path !== chat ? chat : `/${meta.tab}`)
    // Whoever goes by keys goes on from where they were.
    await nextTick()
    if (document.activeElement === document.body)
      document.querySelector<HTMLElement>(`aside a[href="${path}"]`)?.focus({ preventScroll: true })
  }

  useEventListener(window, 'keydown', (event) => {
    if (event.defaultPrevented || isComposing(event) || overlayOpen()) return
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault()
      void attempt(() => step(event.key === 'ArrowUp' ? -1 : 1))
    } else if (event.key === 'Escape' && route.meta.page) {
      // The box of a chat keeps what is in it; other pages do not.
      if (!route.params.type && holdsText()) return
      event.preventDefault()
      void leave()
    }
  })
}
