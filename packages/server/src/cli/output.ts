import { writeSync } from 'node:fs'

/*
 * What people and scripts read. Written at once, not through a stream that may still hold it when the process ends.
 */

const STDOUT = 1
const STDERR = 2
/** A pipe whose reader is slow answers EAGAIN: it is tried again after this time. */
const RETRY_MS = 5

function write(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; ) {
    try {
      from += writeSync(descriptor, bytes, from)
    } catch (error) {
      const { code } = error as { code?: string }
      // The reader has gone (`parley user list | head`): nobody misses the rest.
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw error
      Bun.sleepSync(RETRY_MS)
    }
  }
}

/** Writes a line of the command's result to standard output. */
export const print = (line: string): void => write(STDOUT, `${line}\n`)

/** Writes a line that is about the work, not its result, to standard error. */
export const remark = (line: string): void => write(STDERR, `${line}\n`)

/** Writes to standard error as it is, for lines that are redrawn. */
export const remarkRaw = (text: string): void => write(STDERR, text)
