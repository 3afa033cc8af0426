import { useEventListener } from '@vueuse/core'

/** Lower than this there is no room for more than what is being written and what it answers, px: a phone on its side. */
const SHORT_PX = 420

/**
 * Keeps `--viewport` at the height that is really seen: phones whose keyboard lies over the page (iOS) tell it only by
 * the visual viewport. Without it, the box that one writes in would be behind the keyboard. Where little is left, pages
 * are drawn as the variant `short:` says.
 */
export function followViewport(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const update = () => {
    // Zoomed in by fingers: the page keeps its size.
    if (viewport.scale > 1.01) return
    document.documentElement.style.setProperty('--viewport', `${viewport.height}px`)
    document.documentElement.toggleAttribute('data-short', viewport.height < SHORT_PX)
    // iOS scrolls the page to show the field, and leaves it scrolled.
    if (window.scrollY > 0) window.scrollTo(0, 0)
  }
  useEventListener(viewport, ['resize', 'scroll'], update)
  update()
}
