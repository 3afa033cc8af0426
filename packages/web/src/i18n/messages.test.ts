import { describe, expect, test } from 'bun:test'
import english from './en/index.ts'
import chinese from './zh-CN/index.ts'

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
  const zh = texts(chinese)
  const en = texts(english)

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

  test('use nothing but values and forms of number', () => {
    // What compile.ts reads: no lists, no linked texts, no literals but {'@'}.
    const other = [...zh, ...en].filter(([, text]) => /\{(?!\w+\}|'@'\})|@[.:]/.test(text))
    expect(other).toEqual([])
  })

  test('hold no English in Chinese and no Chinese in English', () => {
    expect([...en].filter(([, text]) => /\p{Script=Han}/u.test(text))).toEqual([])
  })
})
