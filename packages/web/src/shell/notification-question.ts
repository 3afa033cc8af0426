import { ref } from 'vue'

/** A message came while nobody looked: a reason to ask whether the system should show the next one. */
export const hasReasonToAsk = ref(false)

/** Asks when the person is back: never before there was a reason, and never over what they do. */
export function askLater(): void {
  hasReasonToAsk.value = true
}
