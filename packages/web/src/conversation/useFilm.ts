import { computed, type Ref, ref } from 'vue'
import type { Row } from './grouping.ts'

/** Keeps the film that was started last in the list while it is scrolled away: it goes on, and stays where it was paused. */
export function useFilm(rows: Ref<readonly Row[]>) {
  const key = ref<string>()

  /** To be told of `play` of anything in the list. */
  function onPlay({ target }: Event): void {
    key.value = (target as Element).closest<HTMLElement>('[data-message]')?.dataset.message
  }
  const kept = computed(() => {
    const index = key.value === undefined ? -1 : rows.value.findIndex((row) => row.key === key.value)
    return index < 0 ? [] : [index]
  })

  return { kept, onPlay }
}
