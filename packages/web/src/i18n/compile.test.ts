import { expect, test } from 'bun:test'
import { compileText } from './compile.ts'

const context = (values: Record<string, unknown>, form = 0) => ({
  named: (name: string) => values[name],
  plural: <Form>(forms: readonly Form[]) => forms[form]!,
})

test('a text without values stays as it is, spaces included', () => {
  expect(compileText('[草稿] ')(context({}))).toBe('[草稿] ')
})

test('values are put in where they are named', () => {
  expect(compileText('{name}：{text}')(context({ name: 'Tom', text: '{name}' }))).toBe('Tom：{name}')
})

test('a character in quotes stands for itself', () => {
  expect(compileText("[有人{'@'}我] ")(context({}))).toBe('[有人@我] ')
})

test('a value that is not there is left out', () => {
  expect(compileText('by {name}.')(context({}))).toBe('by .')
})

test('the form of the number is taken', () => {
  const text = compileText('{n} friend | {n} friends')
  expect([text(context({ n: 1 }, 0)), text(context({ n: 2 }, 1))]).toEqual(['1 friend', '2 friends'])
})
