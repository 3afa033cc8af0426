const MINUTE = 60
const HOUR = 3600

/** How long somebody has to wait, as they would say it: `45 秒`, `12 分钟`, `12 小时`. What is begun counts in full. */
export interface WaitTime {
  readonly unit: 'seconds' | 'minutes' | 'hours'
  readonly count: number
}

/** @param seconds a whole number of them */
export function waitTime(seconds: number): WaitTime {
  if (seconds < 2 * MINUTE) return { unit: 'seconds', count: seconds }
  if (seconds < 2 * HOUR) return { unit: 'minutes', count: Math.ceil(seconds / MINUTE) }
  return { unit: 'hours', count: Math.ceil(seconds / HOUR) }
}
