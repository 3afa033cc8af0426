import { describe, expect, test } from 'bun:test'
import { readHints, writeHints } from './hints.ts'

describe('hints in an address', () => {
  test('come back as they were written', () => {
    const hints = { width: 1200, height: 800, seconds: 12.3, placeholder: '1QcSHQRnh493V4dIh4eXh1h4kJUI' }
    const url = writeHints('//host/upload/x.png', hints)
    expect(url).toBe('//host/upload/x.png#w=1200&h=800&d=12.3&t=1QcSHQRnh493V4dIh4eXh1h4kJUI')
    expect(readHints(url)).toEqual({ src: '//host/upload/x.png', ...hints })
  })

  test('carry a waveform with a byte for each peak', () => {
    const { peaks } = readHints(writeHints('/upload/a.wav', { peaks: [0, 0.5, 1, 0.25] }))
    expect(peaks?.map((peak) => Math.round(peak * 100) / 100)).toEqual([0, 0.5, 1, 0.25])
  })

  test('are replaced, not added to', () => {
    const once = writeHints('/a.png', { width: 10, height: 20 })
    expect(writeHints(once, { width: 30, height: 40 })).toBe('/a.png#w=30&h=40')
    expect(writeHints(once, {})).toBe('/a.png')
  })

  test('are absent from an address without any', () => {
    expect(readHints('https://host/a.png?v=1')).toEqual({ src: 'https://host/a.png?v=1' })
    expect(readHints('https://host/a.png#top')).toEqual({ src: 'https://host/a.png' })
  })

  test('that are hostile count as not there, or are cut', () => {
    const hostile = [
      '#w=-1&h=5',
      '#w=5',
      '#w=0&h=0',
      '#w=NaN&h=Infinity',
      '#w=1e9&h=1e9',
      '#d=-3',
      '#d=abc',
      '#p=%%%%&t=<script>',
      '#p=&t=',
      '#====&&&&',
      '#p=A',
      '#__proto__=1&constructor=2',
    ]
    for (const fragment of hostile) expect(readHints(`/a${fragment}`)).toEqual({ src: '/a' })
    expect(readHints('/a#w=999999&h=1')).toEqual({ src: '/a', width: 32_768, height: 1 })
    expect(readHints('/a#d=999999')).toEqual({ src: '/a', seconds: 86_400 })
    expect(readHints(`/a#p=${'A'.repeat(5000)}`)).toEqual({ src: '/a' })
    expect(readHints(`/a#t=${'A'.repeat(5000)}`)).toEqual({ src: '/a' })
  })

  test('that make no sense are not written', () => {
    expect(writeHints('/a', { width: Number.NaN, height: 5, seconds: -1, placeholder: '") evil' })).toBe('/a')
    const long = writeHints('/a', { peaks: Array.from({ length: 5000 }, () => 7) })
    expect(readHints(long).peaks).toEqual(Array.from({ length: 128 }, () => 1))
  })
})
