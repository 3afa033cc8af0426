import { expect, test } from 'bun:test'
import { droppedFiles } from './pasted.ts'

const letter = new File(['x'], 'a.txt')
/** Something dropped, as the browser tells of it. */
const item = (file: File | null, entry?: { name: string; isDirectory: boolean } | null) => ({
  getAsFile: () => file,
  ...(entry === undefined ? {} : { webkitGetAsEntry: () => entry }),
})
const dropped = (...items: object[]) => droppedFiles({ items } as unknown as DataTransfer)

test('what is dropped are its files, in their order; a folder has no content, whatever the system says', () => {
  const folder = new File(['4096 bytes of something'], '照片')
  const files = dropped(
    item(letter, { name: 'a.txt', isDirectory: false }),
    item(folder, { name: '照片', isDirectory: true }),
    // Made by a program, or in a browser that does not tell.
    item(letter, null),
    item(letter),
    // A text.
    item(null),
  )
  expect(files.map(({ name, size }) => [name, size])).toEqual([
    ['a.txt', 1],
    ['照片', 0],
    ['a.txt', 1],
    ['a.txt', 1],
  ])
})
