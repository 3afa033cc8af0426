// Before anything is drawn: the theme and text size that were chosen, so that nothing flashes.
try {
  const { theme, textSize, locale } = JSON.parse(localStorage.getItem('parley:preferences') ?? '{}')
  const root = document.documentElement
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = theme === 'light' || theme === 'dark' ? theme : dark ? 'dark' : 'light'
  if (textSize) root.dataset.textSize = textSize
  if (locale) root.lang = locale
} catch {
  // Storage is forbidden here: the defaults do.
}
