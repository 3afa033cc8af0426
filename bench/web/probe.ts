/*
 * What runs in the page and measures it: put there before the page's own scripts. It only looks at what people see.
 */

/** What the page has measured. Times in ms. */
export interface Probe {
  /** From the navigation to the first drawn row of the list of chats; 0 before. */
  listMs: number
  /** From each press on a row to the drawn messages of its chat. */
  openMs: number[]
  /** From each key to the drawing after it. */
  keyMs: number[]
  /** Begins to record frames; `stop` gives the times between them. */
  record(): void
  stop(): { frames: number[]; jumps: number[] }
  /** The row in the middle of the messages, and where it is, px. */
  anchor(): { key: string; top: number } | undefined
  topOf(key: string): number | undefined
}

export type ProbedWindow = Window & { probe: Probe }

/** @param wheelPx how far one frame may move what is seen: everything beyond that is a jump */
export function installProbe(wheelPx: number): void {
  const MESSAGE = '[role=log] [data-message]'
  /** When the next frame is drawn. */
  const drawn = () =>
    new Promise<number>((resolve) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now())
        port2.postMessage(0)
      }),
    )
  let recording:
    | { frames: number[]; jumps: number[]; last: number; seen?: { key: string; top: number } }
    | undefined

  const topOf = (key: string) =>
    document.querySelector(`${MESSAGE}[data-message="${CSS.escape(key)}"]`)?.getBoundingClientRect().top
  function anchor() {
    const log = document.querySelector('[role=log]')?.getBoundingClientRect()
    if (!log) return undefined
    const element = document
      .elementFromPoint(log.left + log.width / 2, log.top + log.height / 2)
      ?.closest<HTMLElement>('[data-message]')
    return element ? { key: element.dataset.message!, top: element.getBoundingClientRect().top } : undefined
  }

  function frame(now: number): void {
    if (!recording) return
    recording.frames.push(now - recording.last)
    recording.last = now
    const { seen } = recording
    const top = seen && topOf(seen.key)
    // Upwards only is wheeled: what is seen comes down, by as much as was turned.
    if (seen && top !== undefined) {
      const moved = top - seen.top
      if (moved < -1 || moved > wheelPx + 1) recording.jumps.push(moved)
    }
    recording.seen = anchor()
    requestAnimationFrame(frame)
  }

  const probe: Probe = {
    ...{ listMs: 0, openMs: [], keyMs: [], anchor, topOf },
    record() {
      recording = { frames: [], jumps: [], last: performance.now() }
      requestAnimationFrame(frame)
    },
    stop() {
      const { frames = [], jumps = [] } = recording ?? {}
      recording = undefined
      return { frames: frames.slice(1), jumps }
    },
  }
  Object.assign(window, { probe })

  const watch = new MutationObserver(() => {
    if (!document.querySelector('aside li a[href^="/chat/"]')) return
    watch.disconnect()
    void drawn().then((at) => {
      probe.listMs = at
    })
  })
  watch.observe(document, { childList: true, subtree: true })

  let pressedAt = 0
  window.addEventListener('pointerdown', ({ timeStamp }) => (pressedAt = timeStamp), { capture: true })
  window.addEventListener(
    'click',
    (event) => {
      const link = (event.target as Element).closest?.('a[href^="/chat/"]')
      if (!link) return
      const from = pressedAt
      const before = document.querySelector('[role=log]')
      const look = () => {
        const log = document.querySelector('[role=log]')
        if (!log || log === before || !log.classList.contains('opacity-100')) return
        if (!log.querySelector('[data-message]')) return
        opening.disconnect()
        void drawn().then((at) => probe.openMs.push(at - from))
      }
      const opening = new MutationObserver(look)
      opening.observe(document, {
        childList: true,
        subtree: true,
        attributes: true,
        attributeFilter: ['class'],
      })
    },
    { capture: true },
  )
  window.addEventListener(
    'keydown',
    ({ timeStamp }) => void drawn().then((at) => probe.keyMs.push(at - timeStamp)),
    { capture: true },
  )
}
