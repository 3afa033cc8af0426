import type { RouteLocationNormalizedLoaded, Router } from 'vue-router'

/**
 * The page that the way back leads to, while it is a page of its own and not a tab's list. A page that was not shown since
 * the client was loaded is not known yet: it has to come first.
 */
export function pageBelow(router: Router): RouteLocationNormalizedLoaded | undefined {
  const before: unknown = history.state?.back
  if (typeof before !== 'string') return undefined
  const route = router.resolve(before) as RouteLocationNormalizedLoaded
  const part = route.matched.at(-1)?.components?.main
  return route.meta.page && typeof part !== 'function' ? route : undefined
}
