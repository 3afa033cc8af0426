/**
 * Whether a dialog, menu or popover is open: then Esc and the other keys belong to it, and a page's own shortcuts must
 * do nothing.
 */
export function overlayOpen(): boolean {
  return document.querySelector('[data-dismissable-layer]') !== null
}
