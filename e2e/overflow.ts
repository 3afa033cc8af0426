/*
 * What of a page is cut off. All of it runs in the page, as text: nothing here may use anything of this module but what
 * `IN_PAGE` names.
 */

/** So far may a text lie over an edge: half pixels, and the air beside a letter, px. */
const SLACK = 2
/** Fonts are higher than their letters: so much of the font's size may be cut above and below. */
const AIR = 0.4

interface Sides {
  left: number
  right: number
  top: number
  bottom: number
}

/** What is cut at the edges of a box on purpose, and what can be scrolled to. */
interface Cut {
  x: boolean
  y: boolean
}

const nameOf = (element: Element): string =>
  `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${element.textContent?.trim().slice(0, 40)}`

/** For ears only. */
const isHeard = ({ position, clipPath }: CSSStyleDeclaration): boolean =>
  position === 'absolute' && clipPath !== 'none'

/** The box that a text is laid out in. */
function blockOf(element: Element): Element {
  let box = element
  while (box.parentElement && /^(inline|contents)$/.test(getComputedStyle(box).display))
    box = box.parentElement
  return box
}

/** The boxes that can cut an element off, the innermost first: what is positioned looks past those that are not. */
function* boxesOf(element: Element): Generator<[Element, CSSStyleDeclaration]> {
  let isFree = false
  for (let box: Element | null = element; box; box = box.parentElement) {
    const style = getComputedStyle(box)
    const isHolder = style.position !== 'static' || style.transform !== 'none'
    if (isFree && !isHolder) continue
    yield [box, style]
    if (style.position === 'fixed') return
    isFree = style.position === 'absolute'
  }
}

/** Where something lies over an edge that hides it, and cannot be scrolled to; an ellipsis says that there is more. */
function cutBy(element: Element, { left, right, top, bottom }: Sides, inner: Cut): string {
  const reached = { ...inner }
  for (const [box, style] of boxesOf(element)) {
    if (isHeard(style)) return ''
    const edge = box.getBoundingClientRect()
    const isShort = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none'
    if (isShort || /auto|scroll/.test(style.overflowX)) reached.x = true
    if (isShort || /auto|scroll/.test(style.overflowY)) reached.y = true
    const hidesX = /hidden|clip/.test(style.overflowX)
    const hidesY = /hidden|clip/.test(style.overflowY)
    if (!reached.x && hidesX && (right > edge.right + SLACK || left < edge.left - SLACK))
      return `cut at the side by ${nameOf(box).split('>')[0]}>`
    if (!reached.y && hidesY && (bottom > edge.bottom + SLACK || top < edge.top - SLACK))
      return `cut above or below by ${nameOf(box).split('>')[0]}>`
  }
  return !reached.x && (right > innerWidth + 1 || left < -1) ? 'beside the page' : ''
}

function faultOfText(node: Node): string {
  const element = node.parentElement!
  const range = document.createRange()
  range.selectNodeContents(node)
  const { left, right, top, bottom, width } = range.getBoundingClientRect()
  if (width === 0) return ''
  const block = blockOf(element)
  const style = getComputedStyle(block)
  const isShort = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none'
  const air = Number.parseFloat(style.fontSize) * AIR
  const cut = cutBy(
    element,
    { left, right, top: top + air, bottom: bottom - air },
    { x: isShort, y: isShort },
  )
  if (cut) return `${cut}: ${nameOf(element)}`
  const box = block.getBoundingClientRect()
  const spills = right > box.right + SLACK || left < box.left - SLACK
  const mayBeLonger =
    isShort ||
    [...boxesOf(element)].some(([, style]) => isHeard(style) || /auto|scroll/.test(style.overflowX))
  return spills && !mayBeLonger ? `wider than its box: ${nameOf(element)}` : ''
}

const faultOfControl = (element: Element): string => {
  const box = element.getBoundingClientRect()
  if (box.width === 0) return ''
  const cut = cutBy(element.parentElement!, box, { x: false, y: false })
  return cut && `${cut}: ${nameOf(element)}`
}

/** All of it, one line each. */
export function faultsOfThePage(): string[] {
  const found: string[] = []
  const isShown = (element: Element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  if (document.documentElement.scrollWidth > innerWidth + 1)
    found.push(`the page is ${document.documentElement.scrollWidth} px wide`)
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.textContent?.trim() && node.parentElement && isShown(node.parentElement))
      found.push(faultOfText(node))
  for (const control of document.querySelectorAll('button, input, textarea, a[href]'))
    if (isShown(control)) found.push(faultOfControl(control))
  return found.filter(Boolean)
}

/** What `faultsOfThePage` needs, as the page is to hear it. */
export const IN_PAGE: readonly string[] = [
  `const SLACK = ${SLACK}, AIR = ${AIR}`,
  `const nameOf = ${nameOf}, isHeard = ${isHeard}, faultOfControl = ${faultOfControl}`,
  ...[blockOf, boxesOf, cutBy, faultOfText].map(String),
]
