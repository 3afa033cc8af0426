import { describe, expect, test } from 'bun:test'
import { formatTable } from './table.ts'

describe('a table', () => {
  test('lines up by the width that characters have in a terminal', () => {
    const lines = formatTable(
      [{ heading: 'NAME' }, { heading: 'N', align: 'right' }, { heading: 'END' }],
      [
        ['林晓雨', '7', 'x'],
        ['Tom', '1234', 'x'],
        ['清舒😀', '12', 'x'],
      ],
    )
    const places = lines.slice(1).map((line) => Bun.stringWidth(line.slice(0, line.lastIndexOf('x'))))
    expect(new Set(places)).toEqual(new Set([14]))
    expect(lines[2]).toBe('Tom     1234  x')
  })

  test('cuts what is too wide, between characters', () => {
    const [, line] = formatTable([{ heading: 'A', widthMax: 6 }], [['一二三四五']])
    expect(line).toBe('一二…')
    const [, family] = formatTable([{ heading: 'A', widthMax: 4 }], [['👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧']])
    expect(family).toBe('👨‍👩‍👧…')
  })

  test('lets nothing through that moves the cursor', () => {
    const [, line] = formatTable([{ heading: 'A' }], [['a\u001b[31mb\nc\u202ed']])
    expect(line).toBe('a [31mb c d')
  })

  test('has a heading alone when there are no rows', () => {
    expect(formatTable([{ heading: 'A' }, { heading: 'B' }], [])).toEqual(['A  B'])
  })
})
