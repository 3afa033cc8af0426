import { expect, test } from 'bun:test'
import { clockText, extensionOf, pictureBox, plainName, splitName } from './box.ts'

test('a picture keeps its proportions within the room there is', () => {
  expect(pictureBox(1600, 1000)).toEqual({ width: 320, height: 200 })
  expect(pictureBox(1000, 3000)).toEqual({ width: 120, height: 360 })
  expect(pictureBox(200, 100)).toEqual({ width: 200, height: 100 })
})

test('a picture can always be pressed, and never bursts its room', () => {
  expect(pictureBox(4000, 20)).toEqual({ width: 320, height: 64 })
  expect(pictureBox(1, 1)).toEqual({ width: 64, height: 64 })
  expect(pictureBox(32_768, 1)).toEqual({ width: 320, height: 64 })
})

test('a picture of unknown size has its room too', () => {
  expect(pictureBox()).toEqual({ width: 240, height: 180 })
  expect(pictureBox(5)).toEqual({ width: 240, height: 180 })
})

test('times read like a clock', () => {
  expect([0, 7.4, 750, 3723, Number.NaN, -1].map(clockText)).toEqual([
    '0:00',
    '0:07',
    '12:30',
    '1:02:03',
    '0:00',
    '0:00',
  ])
})

test('a long name keeps its end', () => {
  expect(splitName('首页-第三版.pdf')).toEqual(['首页-第三版.pdf', ''])
  expect(splitName('Quarterly report 2026 final v2.docx').join('')).toBe(
    'Quarterly report 2026 final v2.docx',
  )
  expect(splitName('Quarterly report 2026 final v2.docx')[1]).toBe('l v2.docx')
  expect(splitName('a'.repeat(30))).toEqual(['a'.repeat(26), 'aaaa'])
  for (const part of splitName(`aaaaaaaaaa😀bcd`)) expect(part.isWellFormed()).toBe(true)
})

test('a tile shows the extension', () => {
  expect(['a.pdf', 'b.tar.gz', 'c', '.env.production', 'd.'].map(extensionOf)).toEqual([
    'PDF',
    'GZ',
    '',
    '',
    '',
  ])
})

test('a name is read in the order in which it is written', () => {
  expect(plainName('照片\u202egpj.exe')).toBe('照片gpj.exe')
  expect(plainName('日程 2026.pdf')).toBe('日程 2026.pdf')
})
