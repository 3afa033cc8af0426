import { expect, test } from 'bun:test'
import { ERRORS, OPERATIONS } from '@parley/contract'
import { KINDS } from './errors.ts'
import { HTTP_ONLY, REPEATABLE } from './operations.ts'

/* What the client knows of the contract without its schemas must be what the contract says. */

const pathsOf = (fits: (operation: (typeof OPERATIONS)[number]) => boolean) =>
  OPERATIONS.filter(fits)
    .map(({ path }) => path)
    .sort()

test('what the websocket does not carry', () => {
  expect([...HTTP_ONLY].sort()).toEqual(pathsOf(({ socket, file }) => socket === false && !file))
})

test('what only reads', () => {
  const isRead = pathsOf(
    ({ method, socket, allow }) => method === 'GET' && socket !== false && allow !== 'server',
  )
  expect([...REPEATABLE].sort()).toEqual(isRead)
})

test('files go by upload, and nothing else does', () => {
  expect(pathsOf(({ file }) => file !== undefined)).toEqual(pathsOf(({ path }) => path.startsWith('upload/')))
})

test('codes that stand for one error only', () => {
  const names = Map.groupBy(Object.entries(ERRORS), ([, { code }]) => code)
  const single = [...names].filter(([, kinds]) => kinds.length === 1)
  expect(KINDS as object).toEqual(Object.fromEntries(single.map(([code, [kind]]) => [code, kind![0]])))
})
