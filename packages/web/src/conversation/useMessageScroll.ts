import type { VirtualizerHandle } from 'virtua/vue'
import {
  type ComponentPublicInstance,
  computed,
  nextTick,
  onBeforeUnmount,
  type Ref,
  ref,
  shallowReactive,
  shallowRef,
  watch,
} from 'vue'
import { whenIdle } from '@/browser/idle.ts'
import type { Timeline } from '@/stores/timeline.ts'
import type { Row } from './grouping.ts'
import { Hand } from './hand.ts'
import { scrollMemory } from './scroll-memory.ts'

/** What stands above the first row, px: skeletons while older messages are read. Always the same, so nothing jumps. */
export const TOP_PX = 60
/** Nearer to the end than this is at the end. */
const END_PX = 32
/**
 * How high the list takes a row to be before it knows any, and what stands above and below it, px. Where a chat opens at its
 * end, the last rows are all that it draws at first; of more rows it would draw the first ones, and then the last.
 */
const GUESSED_PX = 40
const AROUND_PX = 270
/** As many at least: a low window may get higher meanwhile, as when a keyboard goes away. */
const ROWS_MIN = 8
/** The rows above them follow so much later at most, ms. */
const LENGTHEN_MS = 300
/** Above the divider "new messages" a little of what was read stays in sight, px. */
export const ABOVE_NEW_PX = 12
/** From so far away the next page is read: while nobody scrolls, and while somebody does, who must not outrun it. */
const NEAR_PX = 900
const AHEAD_PX = 4000
/** So long after a jump the list finds its place: it may look as if it were at its end. */
const JUMP_MS = 400

interface Options {
  key: string
  source: Ref<readonly Row[]>
  timeline: Timeline
  scroller: Ref<HTMLElement | null>
  list: Ref<VirtualizerHandle | null>
}

/** Where the list of messages stands: it follows its end, keeps its place when older ones come, and remembers it. */
export function useMessageScroll({ key, source, timeline, scroller, list }: Options) {
  /** Until they are drawn only as many of the last rows are there as are seen at the end of the chat. */
  const isShort = ref(!scrollMemory.places.has(key))
  let shortFrom: string | undefined
  const rows = shallowRef<readonly Row[]>(offered())
  /** Rows were put in front: the list keeps its distance from the end. */
  const shift = ref(false)
  /** Another part of the history: nothing that was measured is right. */
  const generation = ref(0)
  const stuck = ref(true)
  const view = shallowRef({ first: 0, last: 0 })
  const far = ref(false)
  /** The first position is found: only now is anything shown, and read on. */
  const placed = ref(false)
  const rising = shallowReactive(new Set<string>())
  /** Following the end, the list goes no further than to this row's being the first: nobody has seen what follows it. */
  const held = ref<string>()
  const following = computed(() => stuck.value && timeline.atEnd.value)
  let lastTop = 0
  const hand = new Hand()
  let jumpAt = -JUMP_MS
  let jumpTo = ''

  function offered(): readonly Row[] {
    const all = source.value
    // Where there are new ones it opens where they begin.
    if (!isShort.value || all.some(({ kind }) => kind === 'new')) return all
    const known = all.findIndex((row) => row.key === shortFrom)
    const count = Math.max(ROWS_MIN, Math.ceil((innerHeight - AROUND_PX) / GUESSED_PX))
    const from = known >= 0 ? known : Math.max(0, all.length - count)
    shortFrom = all[from]?.key
    return all.slice(from)
  }

  watch(source, offer)
  function offer(): void {
    const [before, now] = [rows.value, offered()]
    const [first, last] = [before[0], before.at(-1)]
    const keeps = (row: Row | undefined) => row !== undefined && now.some((other) => other.key === row.key)
    shift.value = last !== undefined && now.at(-1)?.key === last.key && now[0]?.key !== first?.key
    if (before.length > 0 && !keeps(last) && !keeps(first)) generation.value++
    else if (placed.value && !shift.value && following.value) markRising(before, now)
    rows.value = now
    if (shift.value) {
      // The same rows are seen, and are known by other numbers.
      const more = now.length - before.length
      view.value = { first: view.value.first + more, last: view.value.last + more }
    } else if (following.value) toEndNow()
  }

  /** Offers all rows, above those that are seen. */
  function lengthen(): void {
    if (!isShort.value) return
    isShort.value = false
    offer()
    void nextTick(readOn)
  }
  // The frame that shows the end comes first.
  watch(placed, () => requestAnimationFrame(() => whenIdle(() => hand.afterwards(lengthen), LENGTHEN_MS)))

  function markRising(before: readonly Row[], now: readonly Row[]): void {
    const known = new Set(before.slice(-60).map((row) => row.key))
    for (const row of now.slice(-5)) {
      if (known.has(row.key) || row.kind === 'time' || row.kind === 'new') continue
      rising.add(row.key)
      setTimeout(() => rising.delete(row.key), 600)
    }
  }

  /** A list that was just made does not know its room yet, and gets lost when it is scrolled. */
  const isReady = () => (list.value?.viewportSize ?? 0) > 0

  /** Goes to the very end, after what is being drawn has its size. */
  const toEndNow = (): void => void nextTick(() => hand.afterwards(scrollToEnd))
  function scrollToEnd(): void {
    const element = scroller.value
    if (!element || !following.value) return
    if (!isReady()) {
      requestAnimationFrame(toEndNow)
      return
    }
    element.scrollTop = Math.min(element.scrollHeight, heldTop())
    if (!isNearEnd(element)) stuck.value = false
  }

  function heldTop(): number {
    const index = held.value === undefined ? -1 : rows.value.findIndex((row) => row.key === held.value)
    if (index < 0) return Number.POSITIVE_INFINITY
    return TOP_PX + list.value!.getItemOffset(index) - ABOVE_NEW_PX
  }

  /**
   * Stays at the end as rows get their sizes, until a hand takes it off. Not by the list's own way to a row, which goes
   * on for a moment, whatever the hand does.
   */
  function toEnd(): void {
    stuck.value = true
    toEndNow()
  }

  /** @returns false when there is no such row */
  function toRow(rowKey: string, align: 'start' | 'center' | 'nearest' = 'center', offset = 0): boolean {
    if (isShort.value && !rows.value.some((row) => row.key === rowKey)) {
      lengthen()
      void nextTick(() => toRow(rowKey, align, offset))
      return rows.value.some((row) => row.key === rowKey)
    }
    const index = rows.value.findIndex((row) => row.key === rowKey)
    if (index < 0) return false
    stuck.value = false
    jumpAt = performance.now()
    jumpTo = rowKey
    list.value?.scrollToIndex(index, { align, offset })
    setTimeout(onScroll, JUMP_MS + 20)
    return true
  }

  /** Somebody's wheel, finger or key: only they take the list off its end. */
  const byHand = (): void => hand.moved()

  function onScroll(): void {
    const element = scroller.value
    if (!element) return
    const top = element.scrollTop
    look()
    if (isNearEnd(element)) stick()
    else if (top < lastTop && hand.isThere) stuck.value = false
    lastTop = top
    readOn()
  }

  const isNearEnd = (element: HTMLElement): boolean =>
    element.scrollHeight - element.scrollTop - element.clientHeight <= END_PX

  /** Follows the end from now on, once it is certain that this is the end. */
  function stick(): void {
    stuck.value ||= performance.now() - jumpAt > JUMP_MS || (isMeasured() && isTargetSeen())
  }

  /** Whether the sizes of all rows that are drawn are known, and none is guessed. */
  function isMeasured(): boolean {
    const drawn = (list.value as ComponentPublicInstance | null)?.$el as HTMLElement | undefined
    // The list hides the rows that it has not measured.
    const isShown = (row: Element) => (row as HTMLElement).style.visibility !== 'hidden'
    return drawn !== undefined && isReady() && [...drawn.children].every(isShown)
  }

  const isTargetSeen = (): boolean => rows.value.findIndex((row) => row.key === jumpTo) >= view.value.first

  /** Which rows are seen. */
  function look(): void {
    const [element, handle] = [scroller.value, list.value]
    if (!element || !handle || rows.value.length === 0) return
    const top = element.scrollTop - TOP_PX
    const [first, last] = [handle.findItemIndex(top), handle.findItemIndex(top + element.clientHeight - 1)]
    if (first !== view.value.first || last !== view.value.last) view.value = { first, last }
    far.value = element.scrollHeight - element.scrollTop > element.clientHeight * 2.5
  }

  function readOn(): void {
    const element = scroller.value
    if (!element || !isReady() || !placed.value || isShort.value || timeline.loading.value) return
    // What has failed waits to be asked for; the other direction goes on.
    const failed = timeline.error.value?.during
    if (failed === 'first') return
    const ahead = hand.isThere ? AHEAD_PX : NEAR_PX
    if (element.scrollTop < ahead && failed !== 'older') void timeline.loadOlder()
    else if (element.scrollHeight - element.scrollTop - element.clientHeight < ahead && failed !== 'newer')
      void timeline.loadNewer()
  }

  function onResize(): void {
    if (following.value) toEndNow()
    look()
    void nextTick(() => {
      // Where everything fits there is nothing to scroll.
      if (scroller.value && isNearEnd(scroller.value)) stick()
      readOn()
    })
  }

  watch(timeline.loading, (loading) => {
    if (!loading) void nextTick(readOn)
  })

  /** What was measured when the chat was left, if it still fits. */
  function measuredBefore(): VirtualizerHandle['cache'] | undefined {
    const known = scrollMemory.measured.get(key)
    const fits =
      known &&
      known.count === rows.value.length &&
      known.firstKey === rows.value[0]?.key &&
      known.width === innerWidth
    return fits ? known.cache : undefined
  }

  function remember(): void {
    const [element, handle] = [scroller.value, list.value]
    const first = rows.value[view.value.first]
    if (!element || !handle || !first || !placed.value) return
    scrollMemory.measured.set(key, {
      ...{ cache: handle.cache, firstKey: rows.value[0]!.key, count: rows.value.length, width: innerWidth },
    })
    const offset = element.scrollTop - TOP_PX - handle.getItemOffset(view.value.first)
    if (following.value) scrollMemory.places.delete(key)
    else scrollMemory.places.set(key, { key: first.key, offset })
  }
  onBeforeUnmount(remember)

  return {
    ...{ rows, shift, generation, following, view, far, placed, rising, held, cache: measuredBefore() },
    ...{ toEnd, toRow, byHand, onScroll, onResize },
  }
}

export type MessageScroll = ReturnType<typeof useMessageScroll>
