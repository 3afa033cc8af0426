import { expect, test } from 'bun:test'
import { setLogLevel } from '../log.ts'
import type { Protocol } from './pusher.ts'
import { CLOSE, LIMITS, type Socket } from './socket.ts'
import { websocketHandler } from './websocket.ts'

test('a frame that the server stumbles over costs its sender the socket, and nobody else anything', () => {
  setLogLevel('silent')
  const stumble = () => {
    throw new RangeError('Maximum call stack size exceeded')
  }
  const protocol = { open: stumble, message: stumble, close: stumble } as unknown as Protocol
  const handler = websocketHandler(protocol, LIMITS)
  const closed: unknown[] = []
  const socket = { close: (code: number) => closed.push(code) } as unknown as Socket
  handler.open?.(socket)
  handler.message?.(socket, 'x')
  expect(closed).toEqual([CLOSE.tooSlow, CLOSE.tooSlow])
  handler.close?.(socket, 1000, '')
})
