import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { claimedExtension, cleanFileName, contentDisposition } from './names.ts'

test.each([
  ['报告.pdf', '报告.pdf'],
  ['%E8%AF%AD%E9%9F%B3.wav', '语音.wav'],
  ['100%.txt', '100%.txt'],
  ['%ff.txt', '%ff.txt'],
  ['/etc/passwd', 'passwd'],
  ['C:\\Users\\me\\x.png', 'x.png'],
  ['..%2f..%5cx.png', 'x.png'],
  ['a\tb\r\n\0c.txt', 'abc.txt'],
  ['exe.\u202egpj', 'exe.gpj'],
  ['👨‍👩‍👧.png', '👨‍👩‍👧.png'],
  ['..', 'file'],
  ['', 'file'],
  ['dir/', 'file'],
  [undefined, 'file'],
])('%p becomes %s', (raw, name) => {
  expect(cleanFileName(raw)).toBe(name)
})

test('a long name is cut to 200 characters and keeps its extension', () => {
  const name = cleanFileName(`${'长'.repeat(300)}.docx`)
  expect([...name].length).toBe(200)
  expect(name.endsWith('长.docx')).toBe(true)
})

test('whatever comes in, what comes out is a plain name', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.webPath(), fc.string({ maxLength: 600 })),
      (raw) => {
        const name = cleanFileName(raw)
        expect(name).not.toMatch(/[/\\\p{Cc}]/u)
        expect(['', '.', '..']).not.toContain(name)
        expect([...name].length).toBeLessThanOrEqual(200)
      },
    ),
  )
})

test.each([
  ['a.PNG', 'png'],
  ['a.tar.gz', 'gz'],
  ['a', undefined],
  ['.htaccess', undefined],
  ['a.', undefined],
  ['a.toolongext', undefined],
  ['a.p g', undefined],
])('the extension of %s is %p', (name, extension) => {
  expect(claimedExtension(name)).toBe(extension)
})

test('whatever the name, a Content-Disposition is one line of ASCII that can be set and read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const value = contentDisposition('attachment', raw)
      expect(new Headers({ 'Content-Disposition': value }).get('content-disposition')).toBe(value)
      const encoded = /^attachment; filename="[^"\\]*"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+)$/.exec(
        value,
      )?.[1]
      expect(decodeURIComponent(encoded ?? '')).toBe(cleanFileName(raw))
    }),
  )
})
