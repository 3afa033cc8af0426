import { type Ref, watchPostEffect } from 'vue'

/**
 * Makes all `[data-choice]` buttons in a box one stop of the Tab key: the arrow keys, Home and End move among them, also
 * from one group into the next. The one that had the focus last is where Tab comes back to.
 */
export function useGridKeys(box: Ref<HTMLElement | null>) {
  const choices = () => [...(box.value?.querySelectorAll<HTMLElement>('[data-choice]') ?? [])]

  function makeStop(choice: HTMLElement | undefined) {
    for (const other of box.value?.querySelectorAll<HTMLElement>('[data-choice][tabindex="0"]') ?? []) {
      if (other !== choice) other.tabIndex = -1
    }
    if (choice) choice.tabIndex = 0
  }

  // What was the stop may be gone after a search.
  watchPostEffect((onCleanup) => {
    const root = box.value
    if (!root) return
    const keepOne = () => {
      if (!root.querySelector('[data-choice][tabindex="0"]')) makeStop(choices()[0])
    }
    keepOne()
    const observer = new MutationObserver(keepOne)
    observer.observe(root, { childList: true, subtree: true })
    onCleanup(() => observer.disconnect())
  })

  function onFocusin(event: FocusEvent) {
    if (event.target instanceof HTMLElement && event.target.dataset.choice !== undefined)
      makeStop(event.target)
  }

  function onKeydown(event: KeyboardEvent) {
    const from = event.target
    if (!(from instanceof HTMLElement) || from.dataset.choice === undefined) return
    const all = choices()
    const to = targetOf(event.key, all, all.indexOf(from))
    if (!to) return
    event.preventDefault()
    to.focus()
  }

  return { onKeydown, onFocusin }
}

function targetOf(key: string, all: HTMLElement[], place: number): HTMLElement | undefined {
  switch (key) {
    case 'ArrowLeft':
      return all[place - 1]
    case 'ArrowRight':
      return all[place + 1]
    case 'Home':
      return all[0]
    case 'End':
      return all.at(-1)
    case 'ArrowUp':
      return nearest(all.slice(0, place).reverse(), all[place]!)
    case 'ArrowDown':
      return nearest(all.slice(place + 1), all[place]!)
    default:
      return undefined
  }
}

/** In the next line of `ahead`: the one that is nearest to being straight above or below. */
function nearest(ahead: HTMLElement[], from: HTMLElement): HTMLElement | undefined {
  const start = from.getBoundingClientRect()
  let line: number | undefined
  let best: HTMLElement | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const element of ahead) {
    const { top, left } = element.getBoundingClientRect()
    if (Math.abs(top - start.top) < 2) continue
    line ??= top
    if (Math.abs(top - line) >= 2) break
    const distance = Math.abs(left - start.left)
    if (distance < bestDistance) {
      best = element
      bestDistance = distance
    }
  }
  return best
}
