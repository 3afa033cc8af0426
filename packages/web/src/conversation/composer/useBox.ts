import type { Chat } from '@parley/client'
import { ref, shallowRef, watch } from 'vue'
import { chatKey } from '@/stores/chats.ts'
import { type Draft, useDrafts } from '@/stores/drafts.ts'
import { fromWire, type Mention, stillMentioned, toWire, withMention } from '@/stores/mentions.ts'

export type Quote = NonNullable<Draft['quote']>

/**
 * What stands in the box of a chat: the text, who is addressed in it, what is quoted. It is local, so that typing
 * touches nothing else, and kept as the chat's draft at each change; a change of the draft elsewhere appears here.
 */
export function useBox(chat: () => Chat) {
  const drafts = useDrafts()
  const text = ref('')
  const mentions = shallowRef<readonly Mention[]>([])
  const quote = shallowRef<Quote>()

  const draft = () => drafts.get(chatKey(chat()))

  function load(): void {
    const kept = draft()
    text.value = kept?.text ?? ''
    mentions.value = kept?.mentions ?? []
    quote.value = kept?.quote
  }

  function keep(): void {
    // Here all stay: what was deleted may come back by undoing.
    const addressed = stillMentioned(text.value, mentions.value)
    drafts.set(chatKey(chat()), {
      text: text.value,
      ...(quote.value ? { quote: quote.value } : {}),
      ...(addressed.length > 0 ? { mentions: addressed } : {}),
    })
  }

  watch(() => chatKey(chat()), load, { immediate: true, flush: 'sync' })
  watch(
    () => [draft()?.text ?? '', draft()?.quote?.mid],
    ([words, mid]) => {
      // A text of blanks only is no draft, and stays where it is.
      const isHere = words === text.value || (words === '' && text.value.trim() === '')
      if (!isHere || mid !== quote.value?.mid) load()
    },
  )

  /** The text is another. */
  function write(next: string): void {
    text.value = next
    keep()
  }

  /** Takes note of somebody whose `@name` was put into the text behind `textBefore`. */
  function address(mention: Mention, textBefore: string): void {
    mentions.value = withMention(mentions.value, mention, textBefore)
  }

  function quoteMessage(next: Quote | undefined): void {
    quote.value = next
    keep()
  }

  /** Adds what was sent once, to be written again. */
  function add(content: string): void {
    const old = fromWire(content)
    mentions.value = [...mentions.value, ...old.mentions]
    write(text.value.trim() === '' ? old.text : `${text.value}\n${old.text}`)
  }

  function clear(): void {
    quote.value = undefined
    mentions.value = []
    write('')
  }

  /** The message as it would be sent. */
  const content = (): string => toWire(text.value, mentions.value).trim()

  return { text, mentions, quote, write, address, quoteMessage, add, clear, content }
}
