import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { EMOJI_MAX, parseContent } from '@parley/client'
import { EMOJI, emojiText } from './table.ts'

describe('the emoji of `[表情N]`', () => {
  test('are as many as the protocol numbers', () => {
    expect(EMOJI.map(({ index }) => index)).toEqual(
      Array.from({ length: EMOJI_MAX + 1 }, (_, index) => index),
    )
  })

  test('keep the order that older clients use', () => {
    const names = Object.fromEntries(EMOJI.map(({ index, zh }) => [index, zh]))
    expect([names[0], names[13], names[50], names[79], names[100]]).toEqual([
      '微笑',
      '呲牙',
      '快哭了',
      '强',
      '激动',
    ])
  })

  test('have a name of their own in each language', () => {
    expect(new Set(EMOJI.map(({ zh }) => zh)).size).toBe(EMOJI.length)
    expect(new Set(EMOJI.map(({ en }) => en.toLowerCase())).size).toBe(EMOJI.length)
    expect(EMOJI.filter(({ en }) => !/^[A-Z][\w -]+$/.test(en))).toEqual([])
  })

  test('share a drawing only when it is turned around', () => {
    const looks = EMOJI.map(({ icon, mirrored }) => `${icon}${mirrored ? ' mirrored' : ''}`)
    expect(new Set(looks).size).toBe(EMOJI.length)
  })

  test('are written as the grammar reads them', () => {
    expect(parseContent(emojiText(100))).toEqual({ kind: 'text', segments: [{ kind: 'emoji', index: 100 }] })
  })

  test('are documented as they are', () => {
    const document = readFileSync(new URL('../../../../docs/emoji.md', import.meta.url), 'utf8')
    const missing = EMOJI.filter(
      ({ index, zh, en, icon }) =>
        !document
          .split('\n')
          .some((line) => line.startsWith(`| ${index} | ${zh} | ${en} |`) && line.includes(`\`${icon}\``)),
    )
    expect(missing).toEqual([])
  })
})
