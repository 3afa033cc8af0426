import { nextTick, reactive, ref, type ShallowRef, useTemplateRef, watch } from 'vue'
import { errorText } from '@/sdk.ts'
import { refusedParameter, waitSeconds } from './refusals.ts'
import { useCountdown } from './useCountdown.ts'

type Errors<Values> = { [Name in keyof Values | 'form']?: string }

/**
 * A form of texts: each failure stands beside its field until that is changed, the rest under `errors.form`. The
 * template's `<form ref="form">` is where the first wrong field gets the focus.
 * @param initial the fields, named as the server names its parameters
 * @param placeOf the field that a failure belongs to, where the server's parameter does not tell
 */
export function useForm<Values extends Record<string, string>>(
  initial: Values,
  placeOf: (error: unknown) => keyof Values | undefined = () => undefined,
) {
  const element = useTemplateRef<HTMLFormElement>('form') as Readonly<ShallowRef<HTMLFormElement | null>>
  const values = reactive({ ...initial }) as Values
  const errors = reactive({}) as Errors<Values>
  const busy = ref(false)
  const { seconds: wait, start: startWait } = useCountdown()

  for (const name of Object.keys(initial)) {
    watch(
      () => values[name],
      () => {
        delete errors[name]
        delete errors.form
      },
    )
  }

  function show(error: unknown): void {
    const wanted = waitSeconds(error)
    if (wanted > 0) {
      startWait(wanted)
      return
    }
    const place = placeOf(error) ?? refusedParameter(error)
    const known = place !== undefined && Object.hasOwn(values, place)
    Object.assign(errors, { [known ? place : 'form']: errorText(error) })
  }

  /** Sets what is wrong in this page's own words; true when there is something. */
  function refuse(found: Errors<Values>): boolean {
    const wrong = Object.entries(found).filter(([, text]) => text)
    Object.assign(errors, Object.fromEntries(wrong))
    if (wrong.length > 0) void focusWrong()
    return wrong.length > 0
  }

  async function focusWrong(): Promise<void> {
    await nextTick()
    element.value?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }

  /**
   * Sends the form, unless that is under way already or has to wait.
   * @param act may throw whatever the server refuses
   * @returns whether it went well
   */
  async function submit(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value || wait.value > 0) return false
    for (const name of Object.keys(errors)) delete errors[name as keyof typeof errors]
    busy.value = true
    try {
      await act()
      return true
    } catch (error) {
      show(error)
      void focusWrong()
      return false
    } finally {
      busy.value = false
    }
  }

  return { values, errors, busy, wait, refuse, submit, show }
}
