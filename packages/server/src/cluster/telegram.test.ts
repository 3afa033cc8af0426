import { expect, test } from 'bun:test'
import { readTelegram, telegramText } from './telegram.ts'

test('what is written is read', () => {
  expect(readTelegram(telegramText({ node: 'a' }, ['["t",{"x":1}]', '["u",null]']))).toEqual({
    node: 'a',
    items: [
      ['t', { x: 1 }],
      ['u', null],
    ],
  })
  expect(readTelegram(telegramText({ node: 'a', beat: 3, lossy: true, bye: undefined }))).toEqual({
    node: 'a',
    beat: 3,
    lossy: true,
    items: [],
  })
})

test.each([
  '',
  'null',
  '[]',
  '7',
  '{"node":"a"}',
  '{"node":"","items":[]}',
  '{"node":7,"items":[]}',
  '{"node":"a","items":{}}',
  '{"node":"a","items":["t"]}',
  '{"node":"a","items":[["t"]]}',
  '{"node":"a","items":[[1,2]]}',
  '{"node":"a","items":[],"beat":"1"}',
  '{"node":"a","items":[',
])('%o is none of ours', (text) => {
  expect(readTelegram(text)).toBeUndefined()
})
