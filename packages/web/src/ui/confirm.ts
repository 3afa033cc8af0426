import { shallowRef } from 'vue'

/** What is asked before an act that cannot be taken back; `action` is the word on the button. */
export interface Question {
  title: string
  text?: string
  action: string
  danger?: boolean
}

/** The question that ConfirmDialog shows now, with the way to answer it. */
export const asked = shallowRef<(Question & { answer(yes: boolean): void }) | undefined>()

/** Asks; true when the person agreed. A question that is still open is answered with no. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false)
  return new Promise((resolve) => {
    asked.value = { ...question, answer: resolve }
  })
}

/** `const confirm = useConfirm(); if (await confirm({ title, text, action, danger: true })) …` */
export function useConfirm(): typeof confirm {
  return confirm
}
