/** White modules around a code: readers need four. */
const MARGIN = 4

/** A row's dark modules that stand together: `length` of them from column `x` in row `y`. */
export interface Run {
  readonly x: number
  readonly y: number
  readonly length: number
}

/** A QR code, ready to be drawn. */
export interface QrModules {
  /** Modules on each side, margin included. */
  readonly side: number
  readonly runs: readonly Run[]
}

/** Works out a QR code. The library is loaded when it is first needed. @param content at most 2,331 bytes of UTF-8 */
export async function qrModules(content: string): Promise<QrModules> {
  const { encodeQR } = await import('qr')
  const rows = encodeQR(content, 'raw', { ecc: 'medium', border: MARGIN })
  return { side: rows.length, runs: rows.flatMap(runsOf) }
}

function runsOf(row: readonly boolean[], y: number): Run[] {
  const runs: Run[] = []
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue
    let length = 1
    while (row[x + length]) length++
    runs.push({ x, y, length })
    x += length
  }
  return runs
}

/** The dark modules as a path, one unit each. */
export const qrPath = ({ runs }: QrModules): string =>
  runs.map(({ x, y, length }) => `M${x} ${y}h${length}v1h-${length}z`).join('')
