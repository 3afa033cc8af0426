import { computed, nextTick, onScopeDispose, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { errorText } from '@/sdk.ts'
import { useToasts } from '@/ui/toasts.ts'
import { ABOVE_NEW_PX, type MessageScroll } from './useMessageScroll.ts'
import type { Opening } from './useOpening.ts'

/** How long a message that was jumped to is marked, ms. */
const MARKED_MS = 1600

/** Jumps in the history: to a quoted message, to the first unread one, to a mention, back to the end. */
export function useJumps(opening: Opening, scroll: MessageScroll) {
  const { timeline } = opening
  const { rows, view, placed } = scroll
  const { t } = useI18n()
  const toasts = useToasts()
  const highlighted = ref<string>()
  const isDone = ref({ unread: false, mention: false })
  let timer: ReturnType<typeof setTimeout> | undefined

  function mark(key: string): void {
    clearTimeout(timer)
    highlighted.value = key
    timer = setTimeout(() => {
      highlighted.value = undefined
    }, MARKED_MS)
  }
  onScopeDispose(() => clearTimeout(timer))

  /** The window is elsewhere now: what is drawn must know it first. */
  const drawn = () => nextTick().then(() => nextTick())
  /** Where a jump leads to; undefined, and the person is told, when there is nothing, or it `failed`. */
  async function find(
    way: Promise<string | undefined>,
    failed = (): void => {},
  ): Promise<string | undefined> {
    try {
      const key = await way
      if (!key) toasts.say(t('conversation.quoteGone'))
      return key
    } catch (error) {
      toasts.say(errorText(error))
      failed()
    }
  }

  async function jump(mid: number, failed?: () => void): Promise<void> {
    const key = await find(timeline.jumpTo(mid), failed)
    if (!key) return
    await drawn()
    scroll.toRow(key, 'center')
    mark(key)
  }

  const indexOf = (key: string) => rows.value.findIndex((row) => row.key === key)
  const readUpTo = () => opening.newAfter.value ?? opening.readSeq.value
  /** Whether the first unread message is above what is seen. */
  const isUnreadAbove = computed(() => {
    if (!placed.value || !opening.settled.value || opening.unread.value === 0 || isDone.value.unread)
      return false
    const index = indexOf('new')
    if (index >= 0) return index < view.value.first
    // It may be in the part of the history that is not here.
    return timeline.hasOlder.value && (timeline.items.value[0]?.seq ?? 0) > readUpTo() + 1
  })
  const above = computed(() => (isUnreadAbove.value ? opening.unread.value : 0))
  const mention = computed(() => {
    if (!placed.value || opening.mentionMid.value === 0 || isDone.value.mention) return false
    const row = mentionRow()
    return row < 0 || row < view.value.first || row > view.value.last
  })
  const mentionRow = () =>
    rows.value.findIndex((row) => row.kind === 'bubble' && row.message.mid === opening.mentionMid.value)

  // What has come while nobody was here was not seen.
  watch(opening.readSeq, () => {
    isDone.value.unread = false
  })
  watch(opening.mentionMid, () => {
    isDone.value.mention = false
  })
  // What was seen once needs no way to it any more.
  watch([view, placed, opening.settled], () => {
    if (!placed.value || !opening.settled.value) return
    const [unread, mentioned] = [indexOf('new'), mentionRow()]
    const isSeen = (index: number) => index >= view.value.first && index <= view.value.last
    if (isSeen(unread)) isDone.value.unread = true
    if (isSeen(mentioned)) isDone.value.mention = true
  })

  async function toUnread(): Promise<void> {
    isDone.value.unread = true
    const seq = readUpTo()
    const key = await find(timeline.jumpAfter(seq), () => {
      isDone.value.unread = false
    })
    if (!key) return
    opening.newAfter.value = seq
    await drawn()
    if (!scroll.toRow('new', 'start', -ABOVE_NEW_PX)) scroll.toRow(key, 'start')
  }

  function toMention(): void {
    isDone.value.mention = true
    void jump(opening.mentionMid.value, () => {
      isDone.value.mention = false
    })
  }

  async function toEnd(): Promise<void> {
    try {
      await timeline.jumpToEnd()
    } catch (error) {
      toasts.say(errorText(error))
      return
    }
    await drawn()
    scroll.toEnd()
  }

  return { highlighted, above, mention, jump, toUnread, toMention, toEnd }
}
