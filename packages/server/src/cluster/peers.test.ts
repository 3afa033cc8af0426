import { expect, test } from 'bun:test'
import { DEAD_AFTER, Peers, SILENT_AFTER } from './peers.ts'

const beat = (peers: Peers, times: number) => Array.from({ length: times }, () => peers.beat()).at(-1)!

test('a node that falls silent is doubted, then given up', () => {
  const peers = new Peers()
  peers.heard('a')
  peers.heard('b')
  beat(peers, SILENT_AFTER - 1)
  peers.heard('b')
  expect(peers.inDoubt).toBe(false)
  expect(peers.beat()).toEqual({ silent: ['a'], dead: [] })
  expect(peers.inDoubt).toBe(true)
  for (let time = SILENT_AFTER + 1; time < DEAD_AFTER; time++) {
    peers.heard('b')
    expect(peers.beat()).toEqual({ silent: [], dead: [] })
  }
  peers.heard('b')
  expect(peers.beat()).toEqual({ silent: [], dead: ['a'] })
  expect(peers.inDoubt).toBe(false)
})

test('doubt ends when the node is heard, says goodbye, or nobody could be heard', () => {
  const peers = new Peers()
  for (const end of [() => peers.heard('a'), () => peers.left('a'), () => peers.forgive()]) {
    peers.heard('a')
    beat(peers, SILENT_AFTER)
    expect(peers.inDoubt).toBe(true)
    end()
    expect(peers.inDoubt).toBe(false)
  }
})
