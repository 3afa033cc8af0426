import { describe, expect, test } from 'bun:test'
import type { Message } from '@/stores/message.ts'
import { type BubbleRow, groupRows, newestRead, type Row } from './grouping.ts'

const ME = 1
const noon = new Date(2026, 2, 13, 12, 0, 0).getTime() / 1000

let nextSeq = 0
function message(from: number, seconds: number, more: Partial<Message> = {}): Message {
  const seq = ++nextSeq
  return {
    ...{ key: `m${seq}`, mid: seq + 100, seq, from, name: `n${from}`, avatar: '', seconds, content: 'x' },
    ...{ notice: false, quoteMid: 0, quoteText: '', auto: false, state: 'sent' },
    ...more,
  }
}

const shape = (rows: readonly Row[]) =>
  rows.map((row) =>
    row.kind === 'bubble' ? `${row.first ? '<' : ''}${row.message.from}${row.last ? '>' : ''}` : row.kind,
  )

describe('a run', () => {
  test('is what one person wrote within a minute', () => {
    const rows = groupRows(
      [message(2, noon), message(2, noon + 59), message(2, noon + 60), message(3, noon + 61)],
      { me: ME },
    )
    expect(shape(rows)).toEqual(['time', '<2', '2>', '<2>', '<3>'])
  })

  test('ends at a notice', () => {
    const rows = groupRows([message(2, noon), message(2, noon, { notice: true }), message(2, noon)], {
      me: ME,
    })
    expect(shape(rows)).toEqual(['time', '<2>', 'notice', '<2>'])
  })

  test('tells whose it is', () => {
    const rows = groupRows([message(ME, noon), message(2, noon)], { me: ME })
    expect(rows.filter((row): row is BubbleRow => row.kind === 'bubble').map(({ mine }) => mine)).toEqual([
      true,
      false,
    ])
  })
})

describe('a time', () => {
  test('stands at the beginning and after a pause of more than 5 minutes', () => {
    const rows = groupRows([message(2, noon), message(2, noon + 300), message(2, noon + 601)], { me: ME })
    expect(shape(rows)).toEqual(['time', '<2>', '<2>', 'time', '<2>'])
  })

  test('stands before the first message of a day', () => {
    const midnight = new Date(2026, 2, 14).getTime() / 1000
    const rows = groupRows([message(2, midnight - 1), message(2, midnight)], { me: ME })
    expect(shape(rows)).toEqual(['time', '<2>', 'time', '<2>'])
  })
})

describe('the divider of new messages', () => {
  test('stands once, before the first one of others, and ends the run', () => {
    const list = [message(2, noon), message(ME, noon + 1), message(2, noon + 2), message(2, noon + 3)]
    const rows = groupRows(list, { me: ME, newAfter: list[0]!.seq })
    expect(shape(rows)).toEqual(['time', '<2>', '<1>', 'new', '<2', '2>'])
    const within = groupRows(list.slice(2), { me: ME, newAfter: list[2]!.seq })
    expect(shape(within)).toEqual(['time', '<2>', 'new', '<2>'])
  })

  test('waits for the first unread message, where only later ones are here', () => {
    const list = [message(2, noon), message(2, noon + 1), message(2, noon + 2)]
    const late = { me: ME, newAfter: list[0]!.seq }
    expect(shape(groupRows(list.slice(2), late))).toEqual(['time', '<2>'])
    expect(shape(groupRows(list.slice(1), late))).toEqual(['time', 'new', '<2', '2>'])
    // What came before is deleted: it is the first one.
    expect(shape(groupRows(list.slice(2), { ...late, whole: true }))).toEqual(['time', 'new', '<2>'])
  })

  test('is not there without any', () => {
    const list = [message(2, noon)]
    expect(shape(groupRows(list, { me: ME, newAfter: list[0]!.seq }))).toEqual(['time', '<2>'])
    expect(shape(groupRows([message(ME, noon)], { me: ME, newAfter: 0 }))).toEqual(['time', '<1>'])
  })
})

test('what is being sent up stands at the end, close to own messages', () => {
  const at = (noon + 10) * 1000
  const uploads = [
    { id: 'a', at },
    { id: 'b', at },
  ]
  const own = groupRows([message(ME, noon)], { me: ME, uploads })
  expect(own.slice(-2)).toEqual([
    { kind: 'upload', key: 'ua', id: 'a', first: false },
    { kind: 'upload', key: 'ub', id: 'b', first: false },
  ])
  expect(groupRows([message(2, noon)], { me: ME, uploads }).at(-2)).toMatchObject({ first: true })
  const later = groupRows([message(ME, noon - 600)], { me: ME, uploads })
  expect(later.slice(-3).map(({ kind }) => kind)).toEqual(['time', 'upload', 'upload'])
})

test('keys are unique, and stay when older messages come', () => {
  const list = [message(2, noon), message(2, noon + 1), message(3, noon + 2)]
  const later = groupRows(list.slice(1), { me: ME }).map(({ key }) => key)
  const all = groupRows(list, { me: ME }).map(({ key }) => key)
  expect(new Set(all).size).toBe(all.length)
  expect(all.slice(-2)).toEqual(later.slice(-2))
})

test('a row that is still right is the same object', () => {
  const known = new WeakMap<Message, Row>()
  const list = [message(2, noon), message(2, noon + 1)]
  const before = groupRows(list, { me: ME, known })
  const after = groupRows([...list, message(2, noon + 2)], { me: ME, known })
  expect(after[1]).toBe(before[1]!)
  expect(after[2]).not.toBe(before[2]!)
})

describe('where new messages begin', () => {
  const list = [message(2, noon), message(ME, noon), message(2, noon), message(2, noon)]
  const seqs = list.map(({ seq }) => seq)

  test('is after what was read', () => {
    expect(newestRead(list, { me: ME, unread: 2, readSeq: seqs[1]! })).toBe(seqs[1]!)
    expect(newestRead(list, { me: ME, unread: 1, readSeq: seqs[3]! })).toBeUndefined()
    expect(newestRead(list, { me: ME, unread: 0, readSeq: seqs[0]! })).toBeUndefined()
  })

  test('is at the very beginning where nothing was ever read', () => {
    expect(newestRead(list, { me: ME, unread: 3, readSeq: 0 })).toBe(0)
    expect(newestRead([], { me: ME, unread: 3, readSeq: 0 })).toBeUndefined()
  })
})
