import type { Page } from 'playwright-core'

/* Whether a page can be gone through by Tab. To be asked of somebody who wants less motion: a ring that grows is seen late. */

/** Runs in the page: how a control looks, with what it lies in. */
function looksOf(control: HTMLElement): string {
  const parts = [control, ...control.querySelectorAll('*')]
  for (let box = control.parentElement, steps = 0; box && steps < 4; box = box.parentElement, steps++)
    parts.push(box)
  return parts
    .map((part) => {
      const { outline, boxShadow, backgroundColor, borderColor } = getComputedStyle(part)
      return [outline, boxShadow, backgroundColor, borderColor].join()
    })
    .join(';')
}

/** Runs in the page: whether something is to be seen that says where the focus is, and what it is called. */
function shownFocus(): { name: string; shown: boolean } | undefined {
  const active = document.activeElement as HTMLElement | null
  if (!active || active === document.body) return undefined
  const label = document.getElementById(active.getAttribute('aria-labelledby') ?? '') ?? active
  const name = active.ariaLabel ?? label.textContent?.trim() ?? ''
  // A field has a caret.
  if (active.matches('textarea, [contenteditable]')) return { name, shown: true }
  const focused = looksOf(active)
  active.blur()
  const shown = looksOf(active) !== focused
  active.focus({ preventScroll: true })
  return { name, shown }
}

/** Runs in the page, after a Tab: the controls below a root that Tab does not reach, and those that do not show that they have the focus. */
function faultsOfFocus(root: string): string[] {
  const CONTROLS = 'a[href], button, input, textarea, select, [role=button], [role=switch], [role=log]'
  /** Of these one part is reached by Tab, and the others from there by the arrows. */
  const COMPOSITES = '[role=radiogroup], [role=tablist], [role=toolbar], [role=listbox], [role=grid]'
  const nameOf = (control: HTMLElement) =>
    `${control.localName} ${control.ariaLabel ?? control.textContent?.trim().slice(0, 40) ?? ''}`
  const isThere = (control: HTMLElement) =>
    control.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !control.matches(':disabled, [aria-hidden=true] *, [inert] *')

  const isReached = (control: HTMLElement) =>
    control.tabIndex >= 0 ||
    // What a message offers to a mouse is in its menu for keys, and a message is reached in its list by the arrows.
    control.closest('[role=log]') !== null ||
    control.closest(COMPOSITES)?.querySelector('[tabindex="0"], a[href], button:not([tabindex="-1"])') != null
  const isShown = (control: HTMLElement) => {
    // A field has a caret.
    if (control.matches('textarea, [contenteditable]')) return true
    if (document.activeElement === control) control.blur()
    const before = looksOf(control)
    control.focus({ preventScroll: true })
    const shown = document.activeElement !== control || looksOf(control) !== before
    control.blur()
    return shown
  }
  const roots = [...document.querySelectorAll(root)]
  const { activeElement } = document
  if (!roots.some((part) => part.contains(activeElement))) return ['Tab leads out of it']
  const controls = roots.flatMap((part) => [...part.querySelectorAll<HTMLElement>(CONTROLS)]).filter(isThere)
  return controls.flatMap((control) => {
    if (!isReached(control)) return [`Tab does not reach: ${nameOf(control)}`]
    return control.tabIndex < 0 || isShown(control) ? [] : [`the focus is not seen: ${nameOf(control)}`]
  })
}

/** The controls of a page, or below a root in it, that somebody without a mouse does not come to, or does not see that they have. */
export async function focusFaults(page: Page, root = 'body'): Promise<string[]> {
  // From now on the browser shows the focus, as to everybody who uses keys.
  await page.keyboard.press('Tab')
  return page.evaluate(`{ ${looksOf}\n${faultsOfFocus}\nfaultsOfFocus(${JSON.stringify(root)}) }`)
}

/** What has the focus, and whether it is seen that it has; undefined when nothing has. */
export const focusShown = (page: Page): Promise<ReturnType<typeof shownFocus>> =>
  page.evaluate(`{ ${looksOf}\n${shownFocus}\nshownFocus() }`)
