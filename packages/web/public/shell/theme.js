// Before anything is drawn: the theme and text size that were chosen, so that nothing flashes.
try {
  const { theme, textSize, locale } = JSON.parse(localStorage.getItem('parley:preferences') ?? '{}')
  const root = document.documentElement
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  const isChosen = theme === 'light' || theme === 'dark'
  root.dataset.theme = isChosen ? theme : dark ? 'dark' : 'light'
  if (isChosen)
    for (const meta of document.querySelectorAll('meta[name=theme-color]'))
      meta.media = meta.dataset.scheme === theme ? 'all' : 'not all'
  if (textSize) root.dataset.textSize = textSize
  if (locale) root.lang = locale
  // Somebody is signed in: the list of chats is coming, not the page for visitors.
  if (localStorage.getItem('parley:account')) root.dataset.account = ''
} catch {
  // Storage is forbidden here: the defaults do.
}
