import { computed, nextTick, onScopeDispose, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToasts } from '@/ui/toasts.ts'
import { useAttempt } from '@/ui/useAttempt.ts'
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
  const attempt = useAttempt()
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
  /** Goes where `find` leads. The person is told when there is nothing, or it `failed`, and may try again. */
  const go = (
    find: () => Promise<string | undefined>,
    arrive: (key: string) => void,
    failed = (): void => {},
  ): Promise<void> =>
    attempt(async () => {
      const key = await find().catch((error) => {
        failed()
        throw error
      })
      if (!key) return toasts.say(t('conversation.quoteGone'))
      await drawn()
      arrive(key)
    })

  const jump = (mid: number, failed?: () => void): Promise<void> =>
    go(
      () => timeline.jumpTo(mid),
      (key) => {
        scroll.toRow(key, 'center')
        mark(key)
      },
      failed,
    )

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

  function toUnread(): void {
    isDone.value.unread = true
    const seq = readUpTo()
    const find = async () => {
      const key = await timeline.jumpAfter(seq)
      if (key) opening.newAfter.value = seq
      return key
    }
    void go(
      find,
      (key) => {
        isDone.value.unread = true
        if (!scroll.toRow('new', 'start', -ABOVE_NEW_PX)) scroll.toRow(key, 'start')
      },
      () => {
        isDone.value.unread = false
      },
    )
  }

  function toMention(): void {
    isDone.value.mention = true
    void jump(opening.mentionMid.value, () => {
      isDone.value.mention = false
    })
  }

  const toEnd = (): Promise<void> =>
    attempt(async () => {
      await timeline.jumpToEnd()
      await drawn()
      scroll.toEnd()
    })

  return { highlighted, above, mention, jump, toUnread, toMention, toEnd }
}
