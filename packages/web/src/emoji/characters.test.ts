import { describe, expect, test } from 'bun:test'
import characters from '@iconify-json/fluent-emoji-flat/chars.json' with { type: 'json' }
import { withCharacters } from './characters.ts'
import { EMOJI, emojiText } from './table.ts'

describe('the characters of `[表情N]`', () => {
  test('stand for what is drawn', () => {
    const names: Record<string, string> = characters
    const drawn = (text: string) =>
      names[[...text].map((one) => one.codePointAt(0)!.toString(16)).join('-')] ??
      names[[...text.replace('\ufe0f', '')].map((one) => one.codePointAt(0)!.toString(16)).join('-')]
    for (const { index, icon } of EMOJI) expect(drawn(withCharacters(emojiText(index)))).toBe(icon)
  })

  test('leave what is no emoji', () => {
    expect(withCharacters('好[表情0] [表情101][表情]')).toBe('好🙂 [表情101][表情]')
  })
})
