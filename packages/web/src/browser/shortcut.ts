/** How the keys of the search are written on this kind of keyboard. */
export const SEARCH_SHORTCUT = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘ K' : 'Ctrl K'

/**
 * Whether a key belongs to an input method that is being written with: its Esc drops characters, and closes nothing. Safari
 * tells the last one by its code alone.
 */
export const isComposing = ({ isComposing, keyCode }: KeyboardEvent): boolean =>
  isComposing || keyCode === 229
