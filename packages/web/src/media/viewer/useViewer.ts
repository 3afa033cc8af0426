import { type MaybeRefOrGetter, readonly, shallowRef } from 'vue'
import type { ViewerPicture } from './picture.ts'

interface Showing {
  /** May grow while they are looked at. */
  readonly pictures: MaybeRefOrGetter<readonly ViewerPicture[]>
  /** Which is in view first. */
  readonly key: string
  /** Whether these are all that there are. Without it they are. */
  readonly whole?: MaybeRefOrGetter<boolean>
  /** The first is near: load older ones, if there are any. Called once for each first picture. */
  readonly needOlder?: () => void
  /** The same at the other end. */
  readonly needNewer?: () => void
}

const showing = shallowRef<Showing>()

/** Opens the picture viewer from anywhere; `ViewerHost`, which the shell has once, shows it. */
export function useViewer() {
  return {
    showing: readonly(showing) as Readonly<typeof showing>,
    open: (what: Showing) => {
      showing.value = what
    },
    close: () => {
      showing.value = undefined
    },
  }
}
