import { ParleyError } from '@parley/client'

/** What the server's texts for a missing or impossible parameter begin with; its name follows. */
const NAMED = /^(?:缺少参数|参数非法|Missing parameter|Invalid parameter)\s*[：:]\s*(\w+)/
const OF_SMS = /短信|SMS/
const PLACES: Readonly<Record<number, string>> = { 111: 'username', 112: 'username', 113: 'phone' }

/**
 * The parameter that a refusal is about, so that it is told beside its field: `phone`, `captcha`, `code` …; undefined
 * for what concerns none. Several refusals share a code, and only the text tells them apart.
 */
export function refusedParameter(error: unknown): string | undefined {
  if (!(error instanceof ParleyError)) return undefined
  const { code, msg } = error
  if (code === 1 || code === 2) {
    const named = NAMED.exec(msg)?.[1]
    if (named !== undefined || code === 2) return named
    return OF_SMS.test(msg) ? 'code' : 'captcha'
  }
  return PLACES[code]
}

/** Whether the server wants something that was not given: code 1 with a name. */
export const isMissing = (error: unknown, parameter: string): boolean =>
  error instanceof ParleyError && error.code === 1 && NAMED.exec(error.msg)?.[1] === parameter

/** How long the server wants to be left alone, in whole seconds; 0 where it does not. */
export const waitSeconds = (error: unknown): number =>
  error instanceof ParleyError && error.kind === 'too_many_requests'
    ? Math.ceil((error.waitMs ?? 0) / 1000)
    : 0
