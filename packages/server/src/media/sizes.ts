const UNITS = ['Bytes', 'KB', 'MB', 'GB', 'TB'] as const

/**
 * A size as people read it: steps of 1024, at most two decimals, no trailing zeros: `0 Bytes`, `7.15 KB`, `10 MB`.
 * Clients show the text of the upload answer's `size` as it is (protocol 1.7).
 *
 * @param bytes a whole number, 0 or more
 */
export function formatSize(bytes: number): string {
  if (bytes < 1) return '0 Bytes'
  const step = Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1)
  return `${Number.parseFloat((bytes / 1024 ** step).toFixed(2))} ${UNITS[step]}`
}
