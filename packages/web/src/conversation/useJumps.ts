import { computed, nextTick, onScopeDispose, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { errorText } from '@/sdk.ts'
import { useToasts } from '@/ui/toasts.ts'
import type { MessageScroll } from './useMessageScroll.ts'
import type { Opening } from './useOpening.ts'

/** How long a message that was jumped to is marked, ms. */
const MARKED_MS = 1600
const ABOVE_NEW_PX = 12

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
  const complain = (): void => {
    const failure = timeline.error.value
    toasts.say(failure?.during === 'jump' ? errorText(failure.error) : t('conversation.quoteGone'))
  }

  async function jump(mid: number): Promise<void> {
    const key = await timeline.jumpTo(mid)
    if (!key) return complain()
    await drawn()
    scroll.toRow(key, 'center')
    mark(key)
  }

  const indexOf = (key: string) => rows.value.findIndex((row) => row.key === key)
  /** Whether the first unread message is above what is seen. */
  const isUnreadAbove = computed(() => {
    if (!placed.value || !opening.settled.value || opening.unread.value === 0 || isDone.value.unread)
      return false
    const index = indexOf('new')
    if (index >= 0) return index < view.value.first
    const { newAfter } = opening
    return newAfter.value === undefined || (timeline.items.value[0]?.seq ?? 0) > newAfter.value + 1
  })
  const above = computed(() => (isUnreadAbove.value ? opening.unread.value : 0))
  const mention = computed(() => {
    if (!placed.value || opening.mentionMid.value === 0 || isDone.value.mention) return false
    const row = mentionRow()
    return row < 0 || row < view.value.first || row > view.value.last
  })
  const mentionRow = () =>
    rows.value.findIndex((row) => row.kind === 'bubble' && row.message.mid === opening.mentionMid.value)

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
    const { state, readSeq, unread } = opening
    const seq =
      opening.newAfter.value ?? (readSeq.value || Math.max(0, (state.value?.lastSeq ?? 0) - unread.value))
    const key = await timeline.jumpAfter(seq)
    if (!key) return complain()
    opening.newAfter.value = seq
    await drawn()
    if (!scroll.toRow('new', 'start', -ABOVE_NEW_PX)) scroll.toRow(key, 'start')
  }

  function toMention(): void {
    isDone.value.mention = true
    void jump(opening.mentionMid.value)
  }

  async function toEnd(): Promise<void> {
    await timeline.jumpToEnd()
    await drawn()
    scroll.toEnd()
  }

  return { highlighted, above, mention, jump, toUnread, toMention, toEnd }
}
