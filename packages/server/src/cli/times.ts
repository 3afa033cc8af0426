const pad = (value: number): string => String(value).padStart(2, '0')

/** A time (ms) as people read it in lists: `2026-11-23 21:05` in the machine's time zone; a dash for never. */
export function shortTime(ms: number): string {
  if (ms === 0) return '-'
  const time = new Date(ms)
  const date = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`
  return `${date} ${pad(time.getHours())}:${pad(time.getMinutes())}`
}

/** A time (ms) for scripts: ISO 8601; null for never. */
export const isoTime = (ms: number): string | null => (ms === 0 ? null : new Date(ms).toISOString())

/** A time (ms) as part of a file name: `20261123-210559`. */
export function fileTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
}
