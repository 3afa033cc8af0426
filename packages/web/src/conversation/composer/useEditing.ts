import { useEventListener } from '@vueuse/core'
import { nextTick, ref, type ShallowRef } from 'vue'
import { deletedBefore, replaced, tokenBefore } from './caret.ts'
import type { useBox } from './useBox.ts'

/** Changes of the box's text at the caret, by the keys and by what is picked beside it. */
export function useEditing(
  area: Readonly<ShallowRef<HTMLTextAreaElement | null | undefined>>,
  box: ReturnType<typeof useBox>,
) {
  const caret = ref(0)
  /** Where the marked part begins; `caret` without one. */
  let start = 0

  function track(): void {
    const element = area.value
    if (!element) return
    start = element.selectionStart
    caret.value = element.selectionEnd
  }
  useEventListener(document, 'selectionchange', () => {
    if (document.activeElement === area.value) track()
  })

  /** Puts a piece in the place of a part of the text; the caret stands behind it. */
  function put(from: number, to: number, piece: string): void {
    const element = area.value
    if (element && document.activeElement === element) {
      element.setSelectionRange(from, to)
      // The only way that can be undone with the keyboard; deprecated, and in every browser.
      const isDone = document.execCommand(piece === '' ? 'delete' : 'insertText', false, piece)
      if (isDone) {
        track()
        return
      }
    }
    const edited = replaced(box.text.value, from, to, piece)
    box.write(edited.text)
    moveTo(edited.caret)
  }

  function moveTo(place: number): void {
    start = place
    caret.value = place
    void nextTick(() => area.value?.setSelectionRange(place, place))
  }

  /** Puts a piece where the caret is, or in the place of what is marked. */
  const insert = (piece: string): void => put(start, caret.value, piece)

  /** What the Backspace of an emoji panel does. */
  function backspace(): void {
    const isMarked = start !== caret.value
    put(
      isMarked ? start : deletedBefore(box.text.value, caret.value, box.mentions.value).caret,
      caret.value,
      '',
    )
  }

  /** An emoji and an `@name` go as a whole. */
  function onBeforeInput(event: Event): void {
    const { inputType, isComposing } = event as InputEvent
    if (inputType !== 'deleteContentBackward' || isComposing) return
    track()
    if (start !== caret.value) return
    const from = tokenBefore(box.text.value, caret.value, box.mentions.value)
    if (from === undefined || !event.cancelable) return
    event.preventDefault()
    put(from, caret.value, '')
  }

  const toEnd = (): void => moveTo(box.text.value.length)

  return { caret, track, put, insert, backspace, onBeforeInput, toEnd }
}
