import type { ChatMessage } from '@parley/client'
import { preview } from '@parley/client'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { becomeLoudest } from '@/browser/loudest.ts'
import { playTone } from '@/browser/tone.ts'
import { client } from '@/sdk.ts'
import { chatKey, useChats } from '@/stores/chats.ts'
import { useMe } from '@/stores/me.ts'
import { useMessages } from '@/stores/messages.ts'
import { usePreferences } from '@/stores/preferences.ts'
import { useSite } from '@/stores/site.ts'

/** New messages are heard, and shown by the system while the page is hidden. Muted chats are silent; of several tabs one speaks. */
export function useAlerts(): void {
  const { t } = useI18n()
  const router = useRouter()
  const [chats, me, messages, preferences, site] = [
    useChats(),
    useMe(),
    useMessages(),
    usePreferences(),
    useSite(),
  ]
  const isLoudest = becomeLoudest(`parley:alerts:${me.uid}`)

  client.on('message', (message) => {
    const chat = chats.byKey.get(chatKey(message.chat))
    if (!chat || message.missed || Number(message.from) === me.uid || message.sub_type === 'notice') return
    if (chat.muted && !messages.mentionsMe(message)) return
    if (!isLoudest() || messages.isSeen(chat.key)) return
    if (preferences.values.sound && site.isOn('prompt_tone')) playTone()
    if (document.visibilityState === 'hidden' && preferences.values.notifications) show(message)
  })

  function show(message: ChatMessage): void {
    if (!('Notification' in window) || Notification.permission !== 'granted') return
    const chat = chats.ensure(message.chat)
    const text = preview(message.content, preferences.locale === 'en' ? 'en' : 'zh')
    const body =
      chat.type === 'group' ? t('shell.nameAndText', { name: message.from_name, text }) : text
    const notification = new Notification(chats.title(chat), {
      body,
      icon: chats.picture(chat),
      tag: chat.key,
    })
    notification.onclick = () => {
      window.focus()
      void router.push(`/chat/${chat.type}/${chat.id}`)
      notification.close()
    }
  }
}
