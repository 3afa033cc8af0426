import type { Range, Rows, Source } from './source.ts'
import { type Row, rowText, type TableShape } from './table-shape.ts'
import type { Target } from './target.ts'

/** What became of a table. */
export interface TableOutcome {
  readonly table: string
  readonly rows: number
  /** Rows that the target did not have, or had otherwise. */
  readonly written: number
  /** Rows of the target that the source does not have, or has otherwise. */
  readonly removed: number
  /** SHA-256 in hex over all rows of the source. */
  readonly checksum: string
  /** Whether the target's rows have the same checksum. */
  readonly same: boolean
}

export type Phase = 'comparing' | 'writing' | 'verifying'
type Tell = (phase: Phase, done: number) => void

/** A range with the checksums of its rows, on either side. */
interface Compared {
  readonly range: Range
  readonly rows: number
  readonly ours: string
  theirs: string
}

/** What comes after the last row. */
const behindAll = (all: readonly Compared[]): Range => ({ after: all.at(-1)?.range.upTo, upTo: undefined })

const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex')
const checksumOf = (texts: readonly string[]): string => sha256(texts.join(''))

/**
 * Works on as many items at once as there are targets, which are connections to one database. Items begin in their order.
 * @throws the first failure, when nothing is under way any more
 */
async function inParallel<Item>(
  items: Iterable<Item>,
  targets: readonly Target[],
  work: (item: Item, target: Target) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failure: { error: unknown } | undefined
  const workOn = async (target: Target) => {
    try {
      for (let next = iterator.next(); !next.done && !failure; next = iterator.next())
        await work(next.value, target)
    } catch (error) {
      failure ??= { error }
    }
  }
  await Promise.all(targets.map(workOn))
  if (failure) throw failure.error
}

/**
 * Makes a table of the target the same as the source's, range by range; ranges that are the same already are left alone.
 * What differs is first removed everywhere and only then written, because a row may have what was unique to another.
 */
export async function copyTable(
  source: Source,
  targets: readonly Target[],
  shape: TableShape,
  tell: Tell,
): Promise<TableOutcome> {
  const rows = source.count(shape)
  const { all, removed } = await compare(source, targets, shape, (done) => tell('comparing', done / rows))
  const different = all.filter(({ ours, theirs }) => ours !== theirs)
  const written = await write(source, targets, shape, different, (done) => tell('writing', done))
  const target = targets[0]!
  await target.continueIds(shape, source.lastId(shape))
  if (written > 0) await target.analyze(shape)
  await verify(targets, shape, different, (done) => tell('verifying', done))
  const isNothingBehind = (await target.checksum(shape, behindAll(all))) === checksumOf([])
  return {
    table: shape.name,
    rows,
    written,
    removed,
    checksum: checksumOf(all.map(({ ours }) => ours)),
    same: isNothingBehind && all.every(({ ours, theirs }) => ours === theirs),
  }
}

async function compare(
  source: Source,
  targets: readonly Target[],
  shape: TableShape,
  tell: (rowsDone: number) => void,
): Promise<{ all: readonly Compared[]; removed: number }> {
  const all: Compared[] = []
  let removed = 0
  let done = 0
  const compareRange = async ({ range, rows }: Rows, target: Target) => {
    const asked = target.checksum(shape, range)
    const texts = rows.map((row: Row) => rowText(shape, row))
    const compared = { range, rows: rows.length, ours: checksumOf(texts), theirs: '' }
    all.push(compared)
    compared.theirs = await asked
    done += rows.length
    tell(done)
    if (compared.theirs === compared.ours) return
    const others = await target.removeOthers(shape, range, texts.map(sha256))
    removed += others
  }
  await inParallel(source.ranges(shape), targets, compareRange)
  const behind = await targets[0]!.removeOthers(shape, behindAll(all), [])
  return { all, removed: removed + behind }
}

async function write(
  source: Source,
  targets: readonly Target[],
  shape: TableShape,
  different: readonly Compared[],
  tell: (done: number) => void,
): Promise<number> {
  const rows = different.reduce((sum, range) => sum + range.rows, 0)
  let written = 0
  let done = 0
  await inParallel(different, targets, async ({ range }, target) => {
    const missing = source.rows(shape, range)
    const added = await target.add(shape, missing)
    written += added
    done += missing.length
    tell(done / rows)
  })
  return written
}

/** Reads what was written back. */
async function verify(
  targets: readonly Target[],
  shape: TableShape,
  different: readonly Compared[],
  tell: (done: number) => void,
): Promise<void> {
  let done = 0
  await inParallel(different, targets, async (compared, target) => {
    compared.theirs = await target.checksum(shape, compared.range)
    done++
    tell(done / different.length)
  })
}
