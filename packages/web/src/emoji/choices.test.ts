import { describe, expect, test } from 'bun:test'
import { shapeOf } from '../content/body.ts'
import { CHOICES, choicesFor, findChoices, RECENT_MAX, withRecent } from './choices.ts'
import { SYSTEM_EMOJI } from './system.ts'

const system = Object.values(SYSTEM_EMOJI).flat()

describe('the emoji of the system', () => {
  test('are each one character with a name in both languages', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    for (const { character, zh, en } of system) {
      expect([...graphemes.segment(character)]).toHaveLength(1)
      expect(zh).toMatch(/^\p{Script=Han}+$/u)
      expect(en).toMatch(/^[A-Za-z][\w ,’-]*$/)
    }
  })

  test('are shown as pictures when they stand alone', () => {
    expect(system.filter(({ character }) => shapeOf(character) !== 'bare')).toEqual([])
  })

  test('are about three hundred, none twice', () => {
    expect(system.length).toBeGreaterThan(280)
    expect(new Set(system.map(({ character }) => character)).size).toBe(system.length)
  })
})

describe('choosing', () => {
  test('by a Chinese or an English name, the best first', () => {
    expect(findChoices('西瓜').map(({ text }) => text)).toEqual(['[表情56]', '🍉'])
    expect(findChoices('  BEER ')[0]?.text).toBe('[表情57]')
    const hearts = findChoices('heart').map(({ text }) => text)
    expect(hearts[0]).toBe('[表情66]')
    expect(hearts).toContain('💚')
    expect(findChoices('').concat(findChoices('zzzz'))).toEqual([])
  })

  test('recent ones come first, each once, and not too many', () => {
    expect(withRecent(['a', 'b', 'c'], 'c')).toEqual(['c', 'a', 'b'])
    const many = [...CHOICES.get('classic')!].map(({ text }) => text)
    expect(many.reduce<string[]>(withRecent, [])).toHaveLength(RECENT_MAX)
    expect(choicesFor(['[表情3]', 'gone', '👍']).map(({ zh }) => zh)).toEqual(['发呆', '赞'])
  })
})
