import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { faultsOfThePage, IN_PAGE } from './overflow.ts'
import type { Person } from './stage.ts'

/* What can be told of a page by looking at it. */

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

interface AxeResult {
  violations: {
    id: string
    impact: string
    help: string
    nodes: { target: string[]; failureSummary: string }[]
  }[]
}

type AxeWindow = Window & { axe?: { run(options: object): Promise<AxeResult> } }

/** Runs in the page. Where the faults are is asked for only when there are some: that takes as long as finding them. */
const runAxe = async (selectors: boolean): Promise<AxeResult['violations']> => {
  const { violations } = await (window as unknown as Required<AxeWindow>).axe.run({
    resultTypes: ['violations'],
    // Frames of other origins are their owners' business.
    iframes: false,
    selectors,
  })
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
}

/** The faults of accessibility that axe finds and calls serious or critical, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  if (await page.evaluate(() => !(window as unknown as AxeWindow).axe)) await page.evaluate(AXE)
  if ((await page.evaluate(runAxe, false)).length === 0) return []
  const violations = await page.evaluate(runAxe, true)
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} – ${node.target.join(' ')}\n    ${node.failureSummary}`),
  )
}

/** Texts and controls that do not fit into their boxes, and boxes that do not fit into the page. */
export const overflows = (page: Page): Promise<string[]> =>
  page.evaluate(`{ ${[...IN_PAGE, faultsOfThePage].join('\n')}\nfaultsOfThePage() }`)

/** A page that has not changed for so long is drawn, ms. */
const QUIET_MS = 200

/** Goes to another page without loading the client anew. */
export const push = ({ page }: Person, path: string): Promise<void> =>
  page.evaluate(async (path) => {
    const app = (document.querySelector('#app') as unknown as { __vue_app__: App }).__vue_app__
    await app.config.globalProperties.$router.push(path)
  }, path)

/** Goes there, and waits until everything is there. */
export async function goTo(person: Person, path: string): Promise<void> {
  await push(person, path)
  await person.page.evaluate(untilStill, QUIET_MS)
}

interface App {
  config: { globalProperties: { $router: { push(path: string): Promise<unknown> } } }
}

/** Runs in the page: waits until nothing stands for what is on its way, and nothing moves or changes. */
async function untilStill(quietMs: number): Promise<void> {
  const isStill = () =>
    document.querySelector('[role=status] .animate-breathe') === null &&
    // A page that leaves is there until it has left.
    document.querySelectorAll('main').length <= 1 &&
    !document.getAnimations().some(({ playState }) => playState === 'running')
  await new Promise<void>((resolve) => {
    const end = () => {
      if (isStill()) {
        observer.disconnect()
        resolve()
      } else timer = setTimeout(end, quietMs)
    }
    let timer = setTimeout(end, quietMs)
    const observer = new MutationObserver(() => {
      clearTimeout(timer)
      timer = setTimeout(end, quietMs)
    })
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  })
}
