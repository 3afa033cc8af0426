import { expect, test } from 'bun:test'
import { EMOJI } from '../src/emoji/table.ts'
import { drawEmoji } from './emoji.ts'

const drawings = drawEmoji()

test('every emoji has a file and a place in the sheet', () => {
  const sheet = drawings.get('emoji-sheet') ?? ''
  for (const { index } of EMOJI) {
    expect(drawings.get(`emoji-${index}`)).toStartWith('<svg xmlns')
    expect(sheet.split(`<symbol id="e${index}" `)).toHaveLength(2)
  }
  expect(drawings.size).toBe(EMOJI.length + 1)
})

test('no two drawings are alike', () => {
  expect(new Set(drawings.values()).size).toBe(drawings.size)
})

test('the drawings hold nothing that runs, loads or refers', () => {
  for (const drawing of drawings.values()) {
    expect(drawing).not.toMatch(/<script|\son\w+=|href|url\(|style=|<image|<foreignObject/i)
  }
})

test('a drawing that is missing or has ids stops the build', () => {
  const body = '<path d="M0 0"/>'
  const complete = Object.fromEntries(EMOJI.map(({ icon }) => [icon, { body }]))
  const { skull: _, ...without } = complete
  expect(() => drawEmoji({ icons: without })).toThrow('skull')
  const ids = { ...complete, skull: { body: '<g fill="url(#a)"/>' } }
  expect(() => drawEmoji({ icons: ids })).toThrow('ids')
})
