/** A number beside something that is new: nothing for none, and no more than two figures. */
export const countText = (count: number): string => (count > 99 ? '99+' : count > 0 ? String(count) : '')

/** The page's title: what is unread stands first, where narrow tabs still show it. */
export const pageTitle = (unread: number, site: string): string => {
  const count = countText(unread)
  return count ? `(${count}) ${site}` : site
}
