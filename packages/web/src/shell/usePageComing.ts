import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { type RouteLocationNormalized, useRouter } from 'vue-router'

/** A page that is here sooner needs nothing in its place, ms. */
const QUIET_MS = 300

/** The page that is wanted while its parts are on their way for longer than a moment. */
export function usePageComing(): Readonly<Ref<RouteLocationNormalized | undefined>> {
  const router = useRouter()
  const coming = shallowRef<RouteLocationNormalized>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function end(): void {
    clearTimeout(timer)
    coming.value = undefined
  }
  const stops = [
    router.beforeEach((to) => {
      end()
      timer = setTimeout(() => {
        coming.value = to
      }, QUIET_MS)
    }),
    router.afterEach(end),
    router.onError(end),
    end,
  ]
  onScopeDispose(() => {
    for (const stop of stops) stop()
  })
  return coming
}
