const SIGNS = ['pointermove', 'pointerdown', 'touchstart', 'keydown'] as const

/**
 * Acts at the first sign of somebody at the page: a moved pointer, a finger, a key. What is loaded then is there before
 * it is pressed for, and does not stand in the way of the first drawing.
 */
export function onFirstSign(act: () => void): void {
  const first = () => {
    for (const sign of SIGNS) window.removeEventListener(sign, first, true)
    act()
  }
  for (const sign of SIGNS) window.addEventListener(sign, first, { capture: true, passive: true })
}
