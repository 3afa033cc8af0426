import type { ChatMessage } from '@parley/client'
import { preview } from '@parley/client'
import { useEventListener } from '@vueuse/core'
import { onScopeDispose } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { becomeLoudest } from '@/browser/loudest.ts'
import { playTone } from '@/browser/tone.ts'
import { client } from '@/sdk.ts'
import { useChats } from '@/stores/chats.ts'
import { useMe } from '@/stores/me.ts'
import { useMessages } from '@/stores/messages.ts'
import { usePreferences } from '@/stores/preferences.ts'
import { useSite } from '@/stores/site.ts'
import { askLater } from './notification-question.ts'

/** New messages are heard, and shown by the system while the page is hidden. Muted chats are silent; of several tabs one speaks. */
export function useAlerts(): void {
  const { t } = useI18n()
  const router = useRouter()
  const [chats, me, messages] = [useChats(), useMe(), useMessages()]
  const [preferences, site] = [usePreferences(), useSite()]
  const isLoudest = becomeLoudest(`parley:alerts:${me.uid}`)
  const shown = new Set<Notification>()

  const stop = client.on('message', (message) => {
    if (message.missed || Number(message.from) === me.uid || message.sub_type === 'notice') return
    const chat = chats.ensure(message.chat)
    if (chat.muted || !isLoudest() || messages.isSeen(chat.key)) return
    if (preferences.values.sound && site.isOn('prompt_tone')) playTone()
    if (document.visibilityState === 'visible') return
    if (preferences.values.notifications) show(message)
    else askLater()
  })
  onScopeDispose(stop)

  function show(message: ChatMessage): void {
    if (!('Notification' in window) || Notification.permission !== 'granted') return
    const chat = chats.ensure(message.chat)
    const text = preview(message.content, preferences.locale === 'en' ? 'en' : 'zh')
    const isGroup = chat.type === 'group'
    const notification = new Notification(chats.title(chat) || message.from_name, {
      body: isGroup ? t('shell.nameAndText', { name: message.from_name, text }) : text,
      icon: chats.picture(chat) || message.from_avatar,
      tag: chat.key,
    })
    shown.add(notification)
    notification.onclick = () => {
      window.focus()
      void router.push(`/chat/${chat.type}/${chat.id}`)
      notification.close()
    }
    notification.onclose = () => shown.delete(notification)
  }

  // Who is back sees it here.
  useEventListener(document, 'visibilitychange', () => {
    if (document.visibilityState === 'visible') for (const notification of shown) notification.close()
  })
}
