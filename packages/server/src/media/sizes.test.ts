import { expect, test } from 'bun:test'
import { formatSize } from './sizes.ts'

test.each([
  [0, '0 Bytes'],
  [1, '1 Bytes'],
  [1023, '1023 Bytes'],
  [1024, '1 KB'],
  [1536, '1.5 KB'],
  [7322, '7.15 KB'],
  [10 * 1024, '10 KB'],
  [13_804, '13.48 KB'],
  [100 * 1024 ** 2, '100 MB'],
  [1024 ** 3, '1 GB'],
  [1024 ** 4, '1 TB'],
  [5000 * 1024 ** 4, '5000 TB'],
])('%i bytes read as %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text)
})
