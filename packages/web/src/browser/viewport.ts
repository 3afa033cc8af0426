import { useEventListener } from '@vueuse/core'

/**
 * Keeps `--viewport` at the height that is really seen: phones whose keyboard lies over the page (iOS) tell it only by
 * the visual viewport. Without it, the box that one writes in would be behind the keyboard.
 */
export function followViewport(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const update = () => {
    // Zoomed in by fingers: the page keeps its size.
    if (viewport.scale > 1.01) return
    document.documentElement.style.setProperty('--viewport', `${viewport.height}px`)
    // iOS scrolls the page to show the field, and leaves it scrolled.
    if (window.scrollY > 0) window.scrollTo(0, 0)
  }
  useEventListener(viewport, ['resize', 'scroll'], update)
  update()
}
