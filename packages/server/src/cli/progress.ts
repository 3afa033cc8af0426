import { remark, remarkRaw } from './output.ts'

/** On a terminal the line is redrawn this often at most. */
const REDRAW_MS = 100
/** Elsewhere (a log file, a pipe) a new line is written this often at most. */
const LINE_MS = 3000

/** Tells people how far long work has come, on standard error. Short work says nothing in a log. */
export interface Progress {
  /** @param done how much of the whole, from 0 to 1; undefined when nobody knows how much there is */
  update(label: string, done?: number): void
  /** Takes the redrawn line away. To be called when the work ends, well or not. */
  end(): void
}

/** @param isTerminal whether standard error is a terminal */
export function startProgress(isTerminal: boolean = process.stderr.isTTY === true): Progress {
  const interval = isTerminal ? REDRAW_MS : LINE_MS
  let shownAt = isTerminal ? Number.NEGATIVE_INFINITY : performance.now()
  let isDrawn = false
  return {
    update(label, done) {
      const now = performance.now()
      if (now - shownAt < interval) return
      shownAt = now
      const line = done === undefined ? label : `${label} ${Math.floor(done * 100)}%`
      if (isTerminal) remarkRaw(`\r\u001b[K${line}`)
      else remark(line)
      isDrawn = isTerminal
    },
    end() {
      if (isDrawn) remarkRaw('\r\u001b[K')
      isDrawn = false
    },
  }
}
