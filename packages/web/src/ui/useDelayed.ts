import { type MaybeRefOrGetter, type Ref, ref, toValue, watch } from 'vue'

/** True once the source has been true for `ms`; false at once when the source is. For waits that may be too short to show. */
export function useDelayed(source: MaybeRefOrGetter<boolean>, ms = 300): Readonly<Ref<boolean>> {
  const late = ref(false)
  watch(
    () => toValue(source),
    (now, _, onCleanup) => {
      late.value = false
      if (!now) return
      const timer = setTimeout(() => {
        late.value = true
      }, ms)
      onCleanup(() => clearTimeout(timer))
    },
    { immediate: true },
  )
  return late
}
