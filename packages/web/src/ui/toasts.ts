import { shallowReactive } from 'vue'

/** A line at the edge of the page; what can be done about it is offered for `ms`. */
export interface Toast {
  id: number
  text: string
  ms: number
  action?: { kind: 'undo' | 'retry' | 'reload'; run(): void }
  /** Runs when that time is over and nothing was done. */
  done?: () => void
}

export interface UndoOptions {
  /** How long it can be taken back, 5 s unless told. */
  seconds?: number
  /** Does the act for good once it was not taken back, also when the page is left. */
  done?: () => void
}

const SAID_MS = 3000
/** Long enough to read why, and to come to the button. */
const FAILED_MS = 8000
/** It stays true for as long as the page does. */
const OFFERED_MS = 60_000
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

/** The person does what is offered. */
export function act(toast: Toast): void {
  if (remove(toast)) toast.action?.run()
}

/** Ends every wait now, for when the page is left. */
export function expireAll(): void {
  for (const toast of [...toasts]) expire(toast)
}

/**
 * Short messages that need no answer: `say(text)`, `undo(text, onUndo)` after an act that can be taken back, `retry(text,
 * onRetry)` after one that failed, `reload(text, onReload)` where the page must be loaded anew.
 */
export function useToasts() {
  return {
    say: (text: string) => add({ text, ms: SAID_MS }),
    undo: (text: string, onUndo: () => void, options: UndoOptions = {}) =>
      add({
        ...{ text, ms: (options.seconds ?? 5) * 1000, done: options.done },
        action: { kind: 'undo', run: onUndo },
      }),
    retry: (text: string, onRetry: () => void) =>
      add({ text, ms: FAILED_MS, action: { kind: 'retry', run: onRetry } }),
    reload: (text: string, onReload: () => void) =>
      add({ text, ms: OFFERED_MS, action: { kind: 'reload', run: onReload } }),
  }
}
