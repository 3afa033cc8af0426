import { expect, test } from 'bun:test'
import { imageContent, mentionLink, personLink } from '@parley/client'
import { forwarded } from './forwarding.ts'

test('a forwarded text calls nobody', () => {
  expect(forwarded(`${mentionLink(9, '小北')} 和 ${mentionLink(0, '所有人')} 看这里`)).toBe(
    '@小北 和 @所有人 看这里',
  )
})

test('everything else stays as it is', () => {
  for (const content of [
    imageContent('/upload/a.png'),
    personLink(9, '小北'),
    'a [b](https://c.example/) [表情1]',
  ])
    expect(forwarded(content)).toBe(content)
})
