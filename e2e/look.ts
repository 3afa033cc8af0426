import axe from 'axe-core'
import type { Page } from 'playwright-core'

/* What can be told of a page by looking at it. */

interface AxeResult {
  violations: {
    id: string
    impact: string
    help: string
    nodes: { target: string[]; failureSummary: string }[]
  }[]
}

/** The faults of accessibility that axe finds and calls serious or critical, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } }).axe.run({
      resultTypes: ['violations'],
      // Frames of other origins are their owners' business.
      iframes: false,
    }),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help} – ${node.target.join(' ')}\n    ${node.failureSummary}`),
    )
}

/** Texts that do not fit into their boxes, and boxes that do not fit into the page. */
export function overflows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const describe = (element: Element) =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${element.textContent?.trim().slice(0, 40)}`
    /** Cut off on purpose: by an ellipsis, by a number of lines, by something that scrolls, or for ears only. */
    const mayBeCut = (element: Element) => {
      for (let box: Element | null = element; box; box = box.parentElement) {
        const style = getComputedStyle(box)
        if (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') return true
        if (/auto|scroll/.test(style.overflowX + style.overflowY)) return true
        if (style.position === 'absolute' && style.clipPath !== 'none') return true
      }
      return false
    }
    if (document.documentElement.scrollWidth > innerWidth + 1)
      found.push(`the page is ${document.documentElement.scrollWidth} px wide`)
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!element || !node.textContent?.trim() || !element.checkVisibility({ opacityProperty: true }))
        continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const text = range.getBoundingClientRect()
      if (text.width === 0) continue
      const outside = text.right > innerWidth + 1 || text.left < -1
      const box = element.getBoundingClientRect()
      const spills = text.right > box.right + 2 || text.left < box.left - 2
      const isInline = getComputedStyle(element).display === 'inline'
      if ((outside || (spills && !isInline)) && !mayBeCut(element)) found.push(describe(element))
    }
    return found
  })
}
