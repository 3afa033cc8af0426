const SCHEMES = ['light', 'dark'] as const

/**
 * Colours the browser's own frame, and a phone's status bar, as the theme that was chosen; `system` leaves it to the browser.
 * `public/shell/theme.js` does the same before anything is drawn.
 */
export function followThemeColor(theme: 'system' | 'light' | 'dark'): void {
  for (const scheme of SCHEMES) {
    const meta = document.querySelector<HTMLMetaElement>(`meta[name=theme-color][data-scheme=${scheme}]`)
    if (!meta) continue
    const chosen = theme === scheme ? 'all' : 'not all'
    meta.media = theme === 'system' ? `(prefers-color-scheme: ${scheme})` : chosen
  }
}
