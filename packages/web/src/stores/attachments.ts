import { type Chat, NetworkError } from '@parley/client'
import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import { i18n } from '@/i18n/index.ts'
import { client, errorText } from '@/sdk.ts'
import {
  type Accompaniment,
  type Attachment,
  type AttachmentKind,
  AttachmentQueue,
} from './attachment-queue.ts'
import { chatKey } from './chats.ts'
import { useDrafts } from './drafts.ts'
import { useMessages } from './messages.ts'
import { useSession } from './session.ts'
import { useSite } from './site.ts'

export type { Accompaniment, Attachment, NewAttachment } from './attachment-queue.ts'

const MEGABYTE = 1024 * 1024
const NONE: readonly Attachment[] = []

/** Pictures, films, files and recordings on their way: they are uploaded first, then their messages are sent. */
export const useAttachments = defineStore('attachments', () => {
  const lists = shallowReactive(new Map<string, readonly Attachment[]>())
  const session = useSession()
  const site = useSite()
  const drafts = useDrafts()

  /** The most megabytes of one; 0 while the site has not told. */
  const megabytesMax = (kind: AttachmentKind): number =>
    site.number(kind === 'image' ? 'image_megabytes' : 'file_megabytes')

  /** The text of a refusal for what is larger than the site takes. */
  function tooLarge(kind: AttachmentKind, bytes: number): string | undefined {
    const limit = megabytesMax(kind)
    if (limit === 0 || bytes <= limit * MEGABYTE) return undefined
    return i18n.global.t(kind === 'image' ? 'composer.pictureTooLarge' : 'composer.fileTooLarge', { limit })
  }

  const isOnline = () => (session.status.state !== 'offline' || session.polls) && navigator.onLine

  const online = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const over = new AbortController()
      const end = (act: () => void) => {
        over.abort()
        stop()
        act()
      }
      const look = () => isOnline() && end(resolve)
      const stop = watch(() => [session.status, session.polls], look, { flush: 'sync' })
      window.addEventListener('online', look, { signal: over.signal })
      signal.addEventListener('abort', () => end(() => reject(signal.reason)), { signal: over.signal })
      look()
    })

  const pause = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason)
      })
    })

  /** Everything was cancelled: caption and quote stand in the box again. */
  const giveBack = (chat: Chat, { caption = '', quote }: Accompaniment): void =>
    drafts.add(chatKey(chat), caption, quote)

  const queue = new AttachmentQueue({
    upload: (kind, blob, options) => client.upload(kind, blob, options),
    send: (chat, content, quote) => useMessages().send(chat, content, quote),
    hold: (chat, words) => drafts.hold(chatKey(chat), words),
    changed: (chat, list) => {
      if (list.length > 0) lists.set(chatKey(chat), list)
      else lists.delete(chatKey(chat))
      guard()
    },
    isTrouble: (error) => error instanceof NetworkError && error.reason !== 'unexpected',
    explain: errorText,
    release: (url) => URL.revokeObjectURL(url),
    now: () => Date.now(),
    ...{ tooLarge, isOnline, online, pause, giveBack },
  })

  const ask = (event: BeforeUnloadEvent) => event.preventDefault()
  /** Leaving the page would lose what is not uploaded: the browser asks. */
  function guard(): void {
    if (queue.size > 0) window.addEventListener('beforeunload', ask)
    else window.removeEventListener('beforeunload', ask)
  }

  /** What is on its way in a chat, in the order in which it was added. */
  const of = (key: string): readonly Attachment[] => lists.get(key) ?? NONE

  return {
    ...{ of, tooLarge, megabytesMax },
    add: queue.add.bind(queue),
    forgetQuote: queue.forgetQuote.bind(queue),
    cancel: queue.cancel.bind(queue),
    retry: queue.retry.bind(queue),
  }
})
