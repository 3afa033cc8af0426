import { useRoute, useRouter } from 'vue-router'
import { nextPath } from './next-path.ts'

/** What a page for visitors hands to the next one in the browser's history: never in the address. */
interface Handed {
  username?: string
  reset?: boolean
}

/** Where a visitor came from and goes to. */
export function useVisit() {
  const route = useRoute()
  const router = useRouter()
  const { username = '', reset = false } = history.state as Handed

  /** Another page for visitors, which leads to the same page in the end. */
  const to = (path: '/signin' | '/register' | '/forgot', state: Handed = {}) => ({
    path,
    query: route.query.next === undefined ? {} : { next: route.query.next },
    state: { ...state },
  })
  return {
    handed: { username, reset },
    ended: route.query.ended !== undefined,
    /** The account of this device that is to be signed in anew; 0 for any. */
    account: Number(route.query.account ?? 0),
    /** The page that was wanted. */
    next: nextPath(route.query.next),
    to,
    /** Goes to the page that was wanted. */
    goOn: () => router.replace(nextPath(route.query.next)),
    goToSignIn: (state: Handed) => router.push(to('/signin', state)),
  }
}
