import { describe, expect, test } from 'bun:test'
import { parseContent } from '@parley/client'
import { isLargeEmoji, readContent, shapeOf } from './body.ts'

const isLarge = (text: string) => {
  const parsed = parseContent(text)
  return parsed.kind === 'text' && isLargeEmoji(parsed.segments)
}

describe('large emoji', () => {
  test('are one to three emoji of the set or of the system', () => {
    for (const text of [
      '[表情0]',
      '[表情1] [表情2]\n[表情3]',
      '👍',
      '👨‍👩‍👧‍👦🇨🇳❤️',
      '[表情5]🎉',
      '1️⃣',
      '👋🏽',
    ]) {
      expect(isLarge(text)).toBe(true)
    }
  })

  test('are not four, nor with a word, nor a sign that is text', () => {
    for (const text of [
      '[表情0][表情1][表情2][表情3]',
      '🎉🎉🎉🎉',
      '好[表情0]',
      '[表情0] ok',
      '©',
      '12',
      '',
      '  ',
      '[表情101]',
    ]) {
      expect(isLarge(text)).toBe(false)
    }
  })

  test('are looked for no longer than needed', () => {
    const started = performance.now()
    expect(isLarge('🎉'.repeat(200_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

test('the shape of a bubble follows from the content', () => {
  expect(shapeOf('hello')).toBe('text')
  expect(shapeOf('https://a.example/x')).toBe('text')
  expect(shapeOf('[表情3]')).toBe('bare')
  expect(shapeOf('![图片](/upload/a.png#w=3&h=4)')).toBe('bare')
  expect(shapeOf('file[a.mp4\t2 MB](/upload/a.mp4#w=3&h=4)')).toBe('bare')
  expect(shapeOf('file[a.pdf\t2 MB](/upload/a.pdf)')).toBe('card')
  expect(shapeOf('voice(/upload/a.wav#d=3)')).toBe('voice')
})

test('content is read once', () => {
  expect(readContent('once [表情1]')).toBe(readContent('once [表情1]'))
})
