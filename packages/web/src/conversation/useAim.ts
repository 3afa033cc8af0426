import type { MenuItem } from '@/ui/menu.ts'
import { markedIn } from './clipboard.ts'

/** What a menu was asked for. */
export interface Aim {
  readonly element: Element
  /** The text that was marked within the message; a right click itself marks a word on some systems. */
  readonly marked: string
}

interface Options {
  /** What can be done with it. */
  menuOf(aim: Aim): MenuItem[]
  mention(uid: number): void
  mayMention(): boolean
}

/**
 * What a right click, a long press or the menu key is on. On a message that opens its menu; on the picture of a member it
 * calls them by name, as everybody knows it from other places.
 */
export function useAim({ menuOf, mention, mayMention }: Options) {
  let at: Aim | undefined
  let isTouch = false

  const member = (): number => Number(at?.element.closest<HTMLElement>('[data-avatar]')?.dataset.avatar ?? 0)

  /** To be told of the events that may open the menu, before it asks for its items. */
  function aim(event: Event): void {
    const element = event.target as Element
    const isAsked = event.type === 'contextmenu'
    at = { element, marked: isAsked ? (at?.marked ?? '') : markedIn(element.closest('[data-bubble]')) }
    if (event instanceof PointerEvent && event.type === 'pointerdown') isTouch = event.pointerType !== 'mouse'
    if (!isAsked || !mayMention() || member() === 0) return
    event.preventDefault()
    event.stopPropagation()
    // Some browsers tell of a long press in this way, too.
    if (!isTouch) mention(member())
  }

  /** The items for the menu; none where something was done instead. */
  function menu(): MenuItem[] {
    if (!at) return []
    const uid = mayMention() ? member() : 0
    if (uid === 0) return menuOf(at)
    navigator.vibrate?.(8)
    mention(uid)
    return []
  }

  return { aim, menu }
}
