import { expect, test } from 'bun:test'
import { readFrame, writeFrame } from './frames.ts'

test('data is taken out of its JSON text; what is no JSON stays text', () => {
  expect(readFrame('{"event":"a","data":"{\\"b\\":1}","channel":"c"}')).toEqual({
    ...{ event: 'a', channel: 'c', data: { b: 1 } },
  })
  expect(readFrame('{"event":"a","data":{"b":1}}')?.data).toEqual({ b: 1 })
  expect(readFrame('{"event":"a","data":"plain"}')?.data).toBe('plain')
  expect(readFrame('{"event":"a","data":"false"}')?.data).toBe(false)
})

test.each(['', 'x', '[]', '{}', '{"event":1}', 'null', 5, new ArrayBuffer(1)])('%p is no frame', (text) => {
  expect(readFrame(text)).toBeUndefined()
})

test('what is written can be read', () => {
  expect(readFrame(writeFrame('pusher:subscribe', { channel: 'global' }))).toMatchObject({
    data: { channel: 'global' },
  })
})
