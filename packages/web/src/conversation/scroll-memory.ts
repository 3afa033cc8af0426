import type { VirtualizerHandle } from 'virtua/vue'

/** Where somebody was reading. */
export interface Place {
  /** The first row on the screen, and how much of it was above the edge, px. */
  readonly key: string
  readonly offset: number
}

/** Heights that were measured; they only fit the same rows at the same width. */
export interface Measured {
  readonly cache: VirtualizerHandle['cache']
  readonly firstKey: string
  readonly count: number
  readonly width: number
}

/* As long as the page lives. A chat that was left at its end has no place: it opens at its end again. */
const places = new Map<string, Place>()
const measured = new Map<string, Measured>()

/** Where a chat was left, by chat key. */
export const scrollMemory = { places, measured }
