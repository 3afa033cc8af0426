/** A column of a table: its heading, and on which side its cells line up. */
export interface Column {
  readonly heading: string
  readonly align?: 'left' | 'right'
  /** Cells that are wider are cut; places of the terminal, of which a Chinese character takes two. */
  readonly widthMax?: number
}

const GAP = '  '
const ELLIPSIS = '…'

const graphemes = new Intl.Segmenter()

/** Control characters would move the cursor or colour the terminal; names come from strangers. */
const printable = (text: string): string => text.replace(/(?!\u200d)\p{C}/gu, ' ')

function cut(text: string, widthMax: number): string {
  if (Bun.stringWidth(text) <= widthMax) return text
  let kept = ''
  let width = Bun.stringWidth(ELLIPSIS)
  for (const { segment } of graphemes.segment(text)) {
    width += Bun.stringWidth(segment)
    if (width > widthMax) break
    kept += segment
  }
  return kept + ELLIPSIS
}

const pad = (text: string, width: number, align: Column['align']): string => {
  const blanks = ' '.repeat(Math.max(0, width - Bun.stringWidth(text)))
  return align === 'right' ? blanks + text : text + blanks
}

/** Lines of a table with a heading, aligned by the width that characters have in a terminal. */
export function formatTable(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>): string[] {
  const cells = rows.map((row) =>
    columns.map(({ widthMax = Number.POSITIVE_INFINITY }, index) =>
      cut(printable(row[index] ?? ''), widthMax),
    ),
  )
  const lines = [columns.map(({ heading }) => heading), ...cells]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => Bun.stringWidth(line[index]!))))
  return lines.map((line) =>
    line
      .map((cell, index) => pad(cell, widths[index]!, columns[index]!.align))
      .join(GAP)
      .trimEnd(),
  )
}
