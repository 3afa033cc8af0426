import { type Ref, ref, watch } from 'vue'
import { placeholderOf } from './placeholder.ts'

/** The blurred picture of a ThumbHash as a `background-image`; undefined until it is drawn, or without one. */
export function usePlaceholder(hash: () => string | undefined): Ref<string | undefined> {
  const image = ref<string>()
  watch(
    hash,
    async (wanted) => {
      image.value = undefined
      if (!wanted) return
      const drawn = await placeholderOf(wanted)
      if (drawn && hash() === wanted) image.value = `url("${drawn}")`
    },
    { immediate: true },
  )
  return image
}
