import { beforeEach, expect, test } from 'bun:test'
import { Members } from './members.ts'

const CHANNEL = 'presence-group-7'
const ANN = { id: '1', info: { name: 'ann' } }

let seen: string[]
let members: Members
beforeEach(() => {
  seen = []
  members = new Members(3, {
    appeared: (channel, { id, info }) => seen.push(`+ ${channel} ${id} ${JSON.stringify(info)}`),
    vanished: (channel, id) => seen.push(`- ${channel} ${id}`),
  })
})

test('a user with sockets on several nodes is one member', () => {
  expect(members.add(CHANNEL, ANN)).toBe(true)
  expect(members.add(CHANNEL, ANN)).toBe(false)
  members.addElsewhere('two', [CHANNEL, '1', { name: 'ann' }])
  members.addElsewhere('two', [CHANNEL, '1', { name: 'ann' }])
  members.addElsewhere('three', [CHANNEL, '1', { name: 'ann' }])
  expect(seen).toEqual([`+ ${CHANNEL} 1 {"name":"ann"}`])
  expect(members.count(CHANNEL)).toBe(1)
  expect(members.remove(CHANNEL, '1')).toBe(false)
  expect(members.remove(CHANNEL, '1')).toBe(true)
  expect(members.remove(CHANNEL, '1')).toBe(false)
  members.removeElsewhere('two', CHANNEL, '1')
  members.removeElsewhere('two', CHANNEL, '1')
  expect(members.ids(CHANNEL)).toEqual(['1'])
  members.removeElsewhere('three', CHANNEL, '1')
  expect(seen.slice(1)).toEqual([`- ${CHANNEL} 1`])
  expect(members.count(CHANNEL)).toBe(0)
})

test('the list has the members of all nodes, and is cut at its limit; what is told of here is this node’s', () => {
  for (const id of ['1', '2', '3', '__proto__']) members.addElsewhere('two', [CHANNEL, id, `info ${id}`])
  members.add(CHANNEL, { id: '5', info: 'info 5' })
  const { count, ids, hash } = members.list(CHANNEL, '5')
  expect({ count, ids, hash: { ...hash } }).toEqual({
    count: 5,
    ids: ['5', '1', '2'],
    hash: { 5: 'info 5', 1: 'info 1', 2: 'info 2' },
  })
  expect(Object.keys(members.list(CHANNEL, '__proto__').hash)).toContain('__proto__')
  expect([...members.here()]).toEqual([[CHANNEL, '5', 'info 5']])
})

test('a node’s word is forgotten, whole or but for what it still says', () => {
  members.add(CHANNEL, ANN)
  for (const id of ['1', '2', '3']) members.addElsewhere('two', [CHANNEL, id, null])
  members.addElsewhere('two', ['presence-group-8', '2', null])
  members.addElsewhere('three', [CHANNEL, '3', null])
  seen.length = 0
  members.dropElsewhere('two', new Map([[CHANNEL, new Set(['2'])]]))
  expect(seen).toEqual(['- presence-group-8 2'])
  members.dropElsewhere('two')
  members.dropElsewhere('two')
  expect(seen).toEqual(['- presence-group-8 2', `- ${CHANNEL} 2`])
  expect(members.ids(CHANNEL).toSorted()).toEqual(['1', '3'])
})
