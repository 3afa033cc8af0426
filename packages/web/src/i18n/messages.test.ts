import { describe, expect, test } from 'bun:test'
import { messages } from './messages.ts'

/** Every key with its text: `errors.network` → `…`. */
function texts(tree: object, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(path + key, value)
    else for (const [inner, text] of texts(value as object, `${path}${key}.`)) found.set(inner, text)
  }
  return found
}

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('the texts', () => {
  const zh = texts(messages['zh-CN'])
  const en = texts(messages.en)

  test('are the same in both languages', () => {
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort())
  })

  test('are all there', () => {
    expect([...zh, ...en].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  test('name the same values', () => {
    const different = [...zh].filter(
      ([key, text]) => String(placeholders(text)) !== String(placeholders(en.get(key) ?? '')),
    )
    expect(different).toEqual([])
  })

  test('hold no English in Chinese and no Chinese in English', () => {
    expect([...en].filter(([, text]) => /\p{Script=Han}/u.test(text))).toEqual([])
  })
})
