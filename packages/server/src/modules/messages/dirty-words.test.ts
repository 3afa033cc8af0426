import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { DirtyWords } from './dirty-words.ts'

/** The most that masking the longest message by the longest list may take; it takes some 10 ms. */
const MASKING_MS_MAX = 500

const masked = (list: string, text: string) => new DirtyWords(() => list).mask(text)

describe('a hit becomes as many stars as it has characters', () => {
  test.each([
    ['damn', 'Damn it, DAMN', '**** it, ****'],
    ['坏词\n\n 很坏的词 \r\n,', '这是坏词，这是很坏的词', '这是**，这是****'],
    ['ass，assassin', 'assassin ass', '******** ***'],
    ['😀x', 'a😀X b', 'a** b'],
    ['a.c\n(x\n[\n*', 'abc a.c (x [ * \\', 'abc *** ** * * \\'],
    ['straße\nΣΟΦΟΣ', 'STRASSE Straße σοφος', 'STRASSE ****** *****'],
    ['İz\nbad', 'İİİ bad İZ', 'İİİ *** **'],
    ['aa', 'aaaaa', '****a'],
    ['', 'nothing', 'nothing'],
    ['\n,，\r\n ', 'nothing, here', 'nothing, here'],
  ])('%p in %p', (list, text, expected) => {
    expect(masked(list, text)).toBe(expected)
  })

  test('addresses stay as they are, but not what stands behind them', () => {
    const text = '![bad](/upload/bad.png) [bad](https://bad.example/bad) http://bad.example/坏 坏'
    expect(masked('bad\n坏', text)).toBe(
      '![***](/upload/bad.png) [***](https://bad.example/bad) http://bad.example/* *',
    )
  })

  test('a changed list counts at once', () => {
    let list = 'one'
    const words = new DirtyWords(() => list)
    expect(words.mask('one two')).toBe('*** two')
    list = 'two'
    expect(words.mask('one two')).toBe('one ***')
  })

  test('whatever is written, nothing but hits changes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (text, list) => {
        const result = masked(list.join('\n'), text)
        expect([...result]).toHaveLength([...text].length)
        expect([...result].every((character, at) => character === '*' || character === [...text][at])).toBe(
          true,
        )
      }),
    )
  })
})

describe('a long message and a long list take no time', () => {
  const list = (word: (index: number) => string) =>
    Array.from({ length: 20_000 }, (_, i) => word(i)).join('\n')
  const chinese = (index: number) => String.fromCharCode(0x4e00 + index)
  test.each([
    ['words with one beginning', list((i) => `w${i.toString(36)}`), 'wa'.repeat(10_000)],
    [
      'Chinese words',
      list((i) => chinese(i) + chinese((i * 7) % 20_000)),
      Array.from({ length: 20_000 }, (_, i) => chinese((i * 31) % 20_000)).join(''),
    ],
    ['half an address, over and over', 'bad', '(/'.repeat(10_000)],
    ['addresses', 'bad', 'http://'.repeat(3000)],
  ])('%s', (_, words, text) => {
    const dirty = new DirtyWords(() => words)
    dirty.mask('x')
    const started = performance.now()
    dirty.mask(text)
    expect(performance.now() - started).toBeLessThan(MASKING_MS_MAX)
  })
})
