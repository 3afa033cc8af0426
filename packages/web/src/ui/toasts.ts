import { shallowReactive } from 'vue'

/** A line at the edge of the page; with `undo` it can be taken back for `ms`. */
export interface Toast {
  id: number
  text: string
  ms: number
  undo?: () => void
  /** Runs when the time to take it back is over. */
  done?: () => void
}

export interface UndoOptions {
  /** How long it can be taken back, 5 s unless told. */
  seconds?: number
  /** Does the act for good once it was not taken back, also when the page is left. */
  done?: () => void
}

const SAID_MS = 3000
const SHOWN_MAX = 3

export const toasts = shallowReactive<Toast[]>([])
let lastId = 0

function add(toast: Omit<Toast, 'id'>) {
  toasts.push({ id: ++lastId, ...toast })
  while (toasts.length > SHOWN_MAX) expire(toasts[0]!)
}

function remove(toast: Toast): boolean {
  const index = toasts.indexOf(toast)
  if (index < 0) return false
  toasts.splice(index, 1)
  return true
}

/** The time of a toast is over. */
export function expire(toast: Toast): void {
  if (remove(toast)) toast.done?.()
}

/** The person took it back. */
export function takeBack(toast: Toast): void {
  if (remove(toast)) toast.undo?.()
}

/** Ends every wait now, for when the page is left. */
export function expireAll(): void {
  for (const toast of [...toasts]) expire(toast)
}

/** Short messages that need no answer: `say(text)`, and `undo(text, onUndo)` after an act that can be taken back. */
export function useToasts() {
  return {
    say: (text: string) => add({ text, ms: SAID_MS }),
    undo: (text: string, onUndo: () => void, options: UndoOptions = {}) =>
      add({ text, ms: (options.seconds ?? 5) * 1000, undo: onUndo, done: options.done }),
  }
}
