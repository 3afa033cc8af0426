import type { VirtualizerHandle } from 'virtua/vue'
import { computed, nextTick, onBeforeUnmount, type Ref, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { Timeline } from '@/stores/timeline.ts'
import type { Row } from './grouping.ts'
import { scrollMemory } from './scroll-memory.ts'

/** What stands above the first row, px: skeletons while older messages are read. Always the same, so nothing jumps. */
export const TOP_PX = 60
/** Nearer to the end than this is at the end. */
const END_PX = 32
/** From so far away the next page is read: while nobody scrolls, and while somebody does, who must not outrun it. */
const NEAR_PX = 900
const AHEAD_PX = 4000
/** A scroll so long after a wheel, a finger or a key is still theirs. */
const HAND_MS = 1200
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
  const rows = shallowRef<readonly Row[]>(source.value)
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
  const following = computed(() => stuck.value && timeline.atEnd.value)
  let lastTop = 0
  let handAt = -HAND_MS
  let jumpAt = -JUMP_MS

  watch(source, (now) => {
    const before = rows.value
    const [first, last] = [before[0], before.at(-1)]
    const keeps = (row: Row | undefined) => row !== undefined && now.some((other) => other.key === row.key)
    shift.value = last !== undefined && now.at(-1)?.key === last.key && now[0]?.key !== first?.key
    if (before.length > 0 && !keeps(last) && !keeps(first)) generation.value++
    else if (placed.value && !shift.value && following.value) markRising(before, now)
    rows.value = now
    if (following.value) toEndNow()
  })

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
  function toEndNow(): void {
    void nextTick(() => {
      const element = scroller.value
      if (!element || !following.value) return
      if (isReady()) element.scrollTop = element.scrollHeight
      else requestAnimationFrame(toEndNow)
    })
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
    const index = rows.value.findIndex((row) => row.key === rowKey)
    if (index < 0) return false
    stuck.value = false
    jumpAt = performance.now()
    list.value?.scrollToIndex(index, { align, offset })
    setTimeout(onScroll, JUMP_MS + 20)
    return true
  }

  /** Somebody's wheel, finger or key: only they take the list off its end. */
  const byHand = (): void => {
    handAt = performance.now()
  }

  function onScroll(): void {
    const element = scroller.value
    if (!element) return
    const top = element.scrollTop
    const distance = element.scrollHeight - top - element.clientHeight
    if (distance <= END_PX) stuck.value ||= performance.now() - jumpAt > JUMP_MS
    else if (top < lastTop && performance.now() - handAt < HAND_MS) stuck.value = false
    lastTop = top
    look()
    readOn()
  }

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
    if (!element || !isReady() || !placed.value || timeline.error.value || timeline.loading.value) return
    const ahead = performance.now() - handAt < HAND_MS ? AHEAD_PX : NEAR_PX
    if (element.scrollTop < ahead) void timeline.loadOlder()
    else if (element.scrollHeight - element.scrollTop - element.clientHeight < ahead)
      void timeline.loadNewer()
  }

  function onResize(): void {
    if (following.value) toEndNow()
    look()
    void nextTick(readOn)
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
    ...{ rows, shift, generation, following, view, far, placed, rising, cache: measuredBefore() },
    ...{ toEnd, toRow, byHand, onScroll, onResize },
  }
}

export type MessageScroll = ReturnType<typeof useMessageScroll>
