import { describe, expect, test } from 'bun:test'
import { readdir, readFile } from 'node:fs/promises'
import { DOCUMENTED_PATHS, OPERATIONS } from '@parley/contract'

/*
 * The list of operations is the list of tests: each has a `describe` of its own name in one of the behaviour tests
 * beside this file, which calls it, so that an operation without tests fails here.
 */

const files = (await readdir(import.meta.dir)).filter(
  (name) => name.endsWith('.test.ts') && name !== 'coverage.test.ts',
)
const sources = await Promise.all(files.map((name) => readFile(`${import.meta.dir}/${name}`, 'utf8')))

/** The text of the describe block of that name: to the next line that closes it at the same depth. */
function blockOf(path: string): string | undefined {
  const escaped = path.replace('/', '\\/')
  for (const source of sources) {
    const match = new RegExp(`^( *)describe\\('${escaped}'[\\s\\S]*?^\\1\\}\\)`, 'm').exec(source)
    if (match) return match[0]
  }
  return undefined
}

describe.each(OPERATIONS.map(({ path, allow }) => ({ path, allow })))('$path', ({ path, allow }) => {
  const block = blockOf(path) ?? ''

  test('has behaviour tests of its own', () => {
    expect(block).not.toBe('')
    expect(block.match(/\btest(\.each)?\(/g)?.length ?? 0).toBeGreaterThan(0)
    expect(block).toContain(path)
  })

  if (allow === 'public') return
  test('they try somebody who may not call it', () => {
    expect(block).toMatch(/visitor\(|code\(|toBe\(-1\)|toBe\(3\)|\[-1|NOBODY|denied|refus/)
  })
})

test('every path of the document is an operation', () => {
  const paths = new Set(OPERATIONS.map(({ path }) => path.toLowerCase()))
  expect(DOCUMENTED_PATHS.filter((path) => !paths.has(path.toLowerCase()))).toEqual([])
  expect(DOCUMENTED_PATHS).toHaveLength(53)
})
