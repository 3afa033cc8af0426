import { useRouter } from 'vue-router'

/** Where a link in a message leads: to a page of this client, or away. */
export type Target = { readonly page: string } | { readonly href: string }

/** Gives a function that tells pages of this client from other addresses. */
export function useAppLink(): (url: string) => Target {
  const router = useRouter()
  return (url) => {
    const path = ownPath(url, location.origin)
    const isPage =
      path !== undefined && router.resolve(path).matched.some(({ path }) => !path.startsWith('/:'))
    return isPage ? { page: path } : { href: url }
  }
}

/** The path when the address is on `origin`; undefined for other sites and for what is no address. */
export function ownPath(url: string, origin: string): string | undefined {
  try {
    const { origin: at, pathname, search, hash } = new URL(url, origin)
    return at === origin ? pathname + search + hash : undefined
  } catch {
    return undefined
  }
}
