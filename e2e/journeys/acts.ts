import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { hashPassword } from '../../packages/server/src/modules/accounts/index.ts'
import type { TestUser } from '../../packages/server/test/harness.ts'
import type { Person, Stage } from '../stage.ts'

/* What people do on every page, and how they see what came of it. */

export const PASSWORD = 'right horse 9'

/** How much of a page is told when something did not come, letters. */
const TOLD_MAX = 2000

/** A wait that was in vain tells what the page showed instead. */
async function orTell(page: Page, waiting: Promise<void>): Promise<void> {
  try {
    await waiting
  } catch (error) {
    const shown = await page
      .locator('body')
      .innerText({ timeout: 1000 })
      .catch(() => 'nothing that could be read')
    if (error instanceof Error) error.message += `\nAt ${page.url()}: ${shown.slice(0, TOLD_MAX)}`
    throw error
  }
}

/** Waits until it is on the page. */
export const seen = (what: Locator): Promise<void> => orTell(what.page(), what.first().waitFor())

/** Does something, and waits until the page has said a text that stands there for a short time only. */
export async function says(page: Page, text: string, act: () => Promise<unknown>): Promise<void> {
  // Asked once for each picture that is drawn: from outside it may be missed.
  const said = page.waitForFunction((part) => document.body.textContent.includes(part), text)
  await Promise.all([
    orTell(
      page,
      said.then(() => {}),
    ),
    act(),
  ])
}

/** Waits until it is not, or no more, on the page. */
export const gone = (what: Locator): Promise<void> =>
  orTell(what.page(), what.first().waitFor({ state: 'hidden' }))

/** Waits until the page is at a path, whatever its query. */
export const at = (page: Page, path: string): Promise<void> =>
  orTell(
    page,
    page.waitForURL((url) => decodeURIComponent(url.pathname) === path),
  )

/** What stands beside a field that the page or the server refuses. */
export async function errorBeside(page: Page, label: string): Promise<string> {
  const field = page.getByLabel(label, { exact: true }).and(page.locator('[aria-invalid="true"]'))
  await field.waitFor()
  return page.locator(`[id="${await field.getAttribute('aria-describedby')}"]`).innerText()
}

/** Fills in fields by their labels, in the order given. */
export async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, text] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).and(page.locator('input, textarea')).fill(text)
}

/** An account with the password {@link PASSWORD}. */
export const withPassword = async (
  { site }: Stage,
  fields: { nickname?: string; is_member?: 0 | 1 } = {},
): Promise<TestUser> => site.user({ ...fields, password_hash: await hashPassword(PASSWORD) })

export const button = ({ page }: Person, name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: true })

export const link = ({ page }: Person, name: string | RegExp): Locator =>
  page.getByRole('link', { name, exact: true })

/** A place at the top level: 消息, 通讯录 …; its name tells when there is something new. */
export const tab = ({ page }: Person, name: string): Locator =>
  page.getByRole('navigation', { name: /^(主导航|Main)/ }).getByRole('link', { name })

/** The chat list's or the address book's row of a person or group. */
export const row = ({ page }: Person, name: string): Locator =>
  page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })

/** The open dialog. */
export const dialog = ({ page }: Person): Locator =>
  page.getByRole('dialog').or(page.getByRole('alertdialog'))

/** Presses a button of the open dialog. */
export const answer = (person: Person, name: string): Promise<void> =>
  dialog(person).getByRole('button', { name, exact: true }).click()

/** Chooses from the menu that a button opens. */
export async function pick(person: Person, opener: string | RegExp, item: string): Promise<void> {
  await button(person, opener).click()
  await person.page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** Chooses from the menu of a row: a right click, or a finger that rests on it. */
export async function pickFrom(person: Person, target: Locator, item: string): Promise<void> {
  const { page, context } = person
  await target.scrollIntoViewIfNeeded()
  if (page.viewportSize()!.width >= 900) await target.click({ button: 'right' })
  else {
    const { x, y, width, height } = (await target.boundingBox())!
    const touchPoints = [{ x: x + width / 2, y: y + height / 2 }]
    const fingers = await context.newCDPSession(page)
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
    await seen(page.getByRole('menu'))
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await fingers.detach()
  }
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** A picture to cut an avatar from. */
export const PICTURE = fileURLToPath(new URL('../../packages/web/public/shell/icon-512.png', import.meta.url))
