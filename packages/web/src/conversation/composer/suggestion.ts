import type { Mention } from '@/stores/mentions.ts'

/** One line of what the box offers while somebody writes: a person to address, or a text to put in. */
export interface Suggestion {
  readonly key: string
  readonly title: string
  readonly detail?: string
  /** A picture's address. Lines about people have one; the one about everybody has a sign instead. */
  readonly avatar?: string
  readonly value: Mention | string
}
