/*
 * Holds what the behaviour tests called against the list of operations, so that a new operation without tests fails.
 * The tests' harness writes down each call with the code of its answer; `scripts/test.mjs` runs this after them.
 *
 *   bun scripts/operations-covered.ts FOLDER
 *
 * Each operation must have succeeded; been refused to somebody, unless it is for everybody; and complained of a
 * missing parameter, if it has one that must be there.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OPERATIONS, type OperationSpec } from '../packages/contract/src/index.ts'

const REFUSALS = [-1, 3]
const MISSING = 1

function readCalls(folder: string): Map<string, Set<number>> {
  const codes = new Map<string, Set<number>>()
  for (const name of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const [path, code] = line.split('\t')
      if (path && code) codes.set(path, (codes.get(path) ?? new Set()).add(Number(code)))
    }
  }
  return codes
}

function shortcomings(
  { path, allow, input, file }: OperationSpec,
  codes: ReadonlySet<number> = new Set(),
): string[] {
  const needsParameters = file !== undefined || !input.safeParse({}).success
  return [
    codes.has(0) ? '' : `${path}: no test sees it succeed`,
    allow === 'public' || REFUSALS.some((code) => codes.has(code)) ? '' : `${path}: no test is refused`,
    !needsParameters || codes.has(MISSING) ? '' : `${path}: no test leaves out a parameter`,
  ].filter((text) => text !== '')
}

const calls = readCalls(process.argv[2]!)
const missing = OPERATIONS.flatMap((spec) => shortcomings(spec, calls.get(spec.path.toLowerCase())))
for (const text of missing) console.log(text)
console.log(`${OPERATIONS.length} operations looked at`)
process.exitCode = missing.length > 0 ? 1 : 0
