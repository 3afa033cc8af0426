/** The chat beside the open one in the list, and the first one while none is open; at the ends of the list it stays. */
export function nextChat<T extends { readonly key: string }>(
  list: readonly T[],
  open: string,
  by: 1 | -1,
): T | undefined {
  const at = list.findIndex(({ key }) => key === open)
  return list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))]
}
