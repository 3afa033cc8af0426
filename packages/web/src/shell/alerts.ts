import type { ChatMessage } from '@parley/client'
import { until, useEventListener } from '@vueuse/core'
import { onScopeDispose } from 'vue'
import { useRouter } from 'vue-router'
import { becomeLoudest } from '@/browser/loudest.ts'
import { useNotices } from '@/browser/notices.ts'
import { ownAddress } from '@/browser/own-address.ts'
import { playTone } from '@/browser/tone.ts'
import { previewText } from '@/content/preview.ts'
import { client } from '@/sdk.ts'
import { useChats } from '@/stores/chats.ts'
import { useMe } from '@/stores/me.ts'
import { useMessages } from '@/stores/messages.ts'
import { usePeople } from '@/stores/people.ts'
import { usePreferences } from '@/stores/preferences.ts'
import { useSession } from '@/stores/session.ts'
import { useSite } from '@/stores/site.ts'
import { POLL_MS_MAX } from '@/stores/without-socket.ts'
import { askLater } from './notification-question.ts'

/** Without a websocket everything comes late: what was written not longer ago than that is news, ms. */
const NEWS_MS = 2 * POLL_MS_MAX
const isRecent = ({ timestamp }: ChatMessage): boolean => client.now() - timestamp * 1000 < NEWS_MS

/** Somebody is at this page: they see what comes, in the list or in the chat. */
const isHere = (): boolean => document.visibilityState === 'visible' && document.hasFocus()

/** New messages are heard, and shown by the system while nobody is at the page. Muted chats are silent; of several tabs one speaks. */
export function useAlerts(): void {
  const router = useRouter()
  const [chats, me, messages, people] = [useChats(), useMe(), useMessages(), usePeople()]
  const [preferences, session, site] = [usePreferences(), useSession(), useSite()]
  const isLoudest = becomeLoudest(`parley:alerts:${me.uid}`)
  const notices = useNotices(me.uid, (path) => void router.push(path))

  const stop = client.on('message', async (message) => {
    if (message.missed && !(session.polls && isRecent(message))) return
    if (Number(message.from) === me.uid || message.sub_type === 'notice') return
    // What this device has kept may be old: the chat muted by now, the sound off.
    if (!chats.fresh) await until(() => chats.fresh).toBe(true)
    const chat = chats.ensure(message.chat)
    // Not later than need be: whoever is looking now is looking at this message.
    if (!chat.known) await chats.load(chat).catch(() => {})
    if (!chat.known || chat.muted || !isLoudest() || messages.isSeen(chat.key)) return
    // What came late may have been read on another device.
    if (message.missed && message.seq <= chat.readSeq) return
    if (preferences.values.sound && site.isOn('prompt_tone')) playTone()
    if (isHere()) return
    if (preferences.values.notifications) show(message)
    else askLater()
  })
  onScopeDispose(stop)

  function show(message: ChatMessage): void {
    const chat = chats.ensure(message.chat)
    const name = people.name(Number(message.from), message.from_name)
    const withName = chat.type === 'group' ? { withName: name } : {}
    void notices.show({
      title: chats.title(chat) || name,
      body: previewText(message.content, preferences.locale, withName),
      icon: ownAddress(chats.picture(chat) || message.from_avatar),
      tag: chat.key,
      path: `/chat/${chat.type}/${chat.id}`,
    })
  }

  const seeAgain = () => void (isHere() && notices.close())
  useEventListener(document, 'visibilitychange', seeAgain)
  useEventListener(window, 'focus', seeAgain)
}
