import { expect, test } from 'bun:test'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Glob } from 'bun'

/* Components stay small enough to be read in one go, and look like the tokens say: nothing is styled in its place. */

const web = resolve(import.meta.dir, '../packages/web/src')
const LINES_MAX = 250

const components = await Array.fromAsync(new Glob('**/*.vue').scan(web))

test('there are components', () => expect(components.length).toBeGreaterThan(100))

test.each(components)('%s is short, and has no styles of its own on its elements', async (path) => {
  const text = await readFile(join(web, path), 'utf8')
  expect(text.split('\n').length).toBeLessThanOrEqual(LINES_MAX)
  // A custom property hands a token on.
  expect(text.match(/ style="(?!--)[^"]*"/g) ?? []).toEqual([])
})
