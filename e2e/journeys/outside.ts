import type { Person } from '../stage.ts'

/* What a page does outside itself: sounds, and notifications of the system. */

export interface Recorded {
  /** Frequencies of the notes that were played, and how many sounds were begun. */
  notes: number[]
  sounds: number
  notices: { title: string; body?: string; tag?: string; renotify?: boolean; click(): void }[]
  asked: number
  /** Says that the page is hidden, or seen again. */
  hide(isHidden: boolean): void
}
type RecordedWindow = Window & { recorded: Recorded }

/** Runs in the page before its own scripts: records what would be heard and shown outside it. */
export function record(): void {
  let isHidden = false
  const recorded: Recorded = {
    ...{ notes: [], sounds: 0, notices: [], asked: 0 },
    hide(hidden) {
      isHidden = hidden
      document.dispatchEvent(new Event('visibilitychange'))
    },
  }
  Object.assign(window, { recorded })
  Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') })
  class Oscillator extends OscillatorNode {
    constructor(context: BaseAudioContext, options?: OscillatorOptions) {
      super(context, options)
      recorded.notes.push(options?.frequency ?? 0)
    }
  }
  class Sound extends AudioContext {
    constructor() {
      super()
      recorded.sounds++
    }
  }
  class Notice {
    static permission = 'default'
    static async requestPermission() {
      recorded.asked++
      Notice.permission = 'granted'
      return Notice.permission
    }
    onclick?: () => void
    constructor(title: string, options: NotificationOptions & { renotify?: boolean }) {
      const { body, tag, renotify } = options
      recorded.notices.push({ title, body, tag, renotify, click: () => this.onclick?.() })
    }
    close() {}
  }
  Object.assign(window, { OscillatorNode: Oscillator, AudioContext: Sound, Notification: Notice })
}

/** Asks what was recorded. */
export const recorded = <T>({ page }: Person, read: (recorded: Recorded) => T): Promise<T> =>
  page.evaluate(`(${read})(window.recorded)`) as Promise<T>

/** Says that the page is hidden, or seen again. */
export const hide = ({ page }: Person, isHidden = true) =>
  page.evaluate((hidden) => (window as unknown as RecordedWindow).recorded.hide(hidden), isHidden)

/** Runs in the page: resolves when what is there has been measured and drawn. */
export const drawn = () =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))
