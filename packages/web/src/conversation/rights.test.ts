import { describe, expect, test } from 'bun:test'
import type { Message } from '@/stores/message.ts'
import { rightsOf, type Standing } from './rights.ts'

const ME = 1
const NOW = 1_000_000
const message = (more: Partial<Message> = {}): Message => ({
  ...{ key: 'm9', mid: 9, seq: 3, from: ME, name: '', avatar: '', seconds: NOW - 30, content: 'hi' },
  ...{ notice: false, quoteMid: 0, quoteText: '', auto: false, state: 'sent' },
  ...more,
})
const standing = (more: Partial<Standing> = {}): Standing => ({
  ...{ me: ME, type: 'group', role: 'member', maySpeak: true, mayTakeBack: true },
  ...{ maySend: () => true, revokeSeconds: 120 },
  ...more,
})

describe('revoking', () => {
  test('is for own messages, for a while', () => {
    expect(rightsOf(message(), standing(), NOW).revoke).toBe(true)
    expect(rightsOf(message({ seconds: NOW - 120 }), standing(), NOW).revoke).toBe(false)
    expect(rightsOf(message({ seconds: 1 }), standing({ revokeSeconds: 0 }), NOW).revoke).toBe(true)
  })

  test('of what others wrote is for the owner of a group', () => {
    const others = message({ from: 2 })
    const roles = ['member', 'manager', 'owner'] as const
    expect(roles.map((role) => rightsOf(others, standing({ role }), NOW).revoke)).toEqual([
      false,
      false,
      true,
    ])
  })

  test('is not for who is muted', () => {
    const rights = rightsOf(message(), standing({ maySpeak: false, mayTakeBack: false }), NOW)
    expect([rights.revoke, rights.removeForAll, rights.quote]).toEqual([false, false, false])
    expect(rights.remove).toBe(true)
  })

  test('goes on where nobody may write any more', () => {
    const rights = rightsOf(message(), standing({ maySpeak: false }), NOW)
    expect([rights.revoke, rights.removeForAll, rights.quote]).toEqual([true, true, false])
  })
})

test('deleting for everybody is for the writer, and who leads the group', () => {
  const roles = ['none', 'member', 'manager', 'owner'] as const
  const can = roles.map((role) => rightsOf(message({ from: 2 }), standing({ role }), NOW).removeForAll)
  expect(can).toEqual([false, false, true, true])
  expect(rightsOf(message({ seconds: 1 }), standing(), NOW).removeForAll).toBe(true)
})

test('what is on its way can only be copied', () => {
  const rights = rightsOf(message({ mid: 0, seq: 0, state: 'failed' }), standing({ role: 'owner' }), NOW)
  expect(Object.entries(rights).filter(([, value]) => value)).toEqual([['copy', true]])
})

test('a notice can only be deleted', () => {
  const rights = rightsOf(message({ notice: true }), standing({ role: 'owner' }), NOW)
  expect(Object.entries(rights).filter(([, value]) => value)).toEqual([['remove', true]])
})

test('pictures and files can be saved, texts copied', () => {
  const picture = rightsOf(message({ content: '![图片](/upload/a.png#w=3&h=4)' }), standing(), NOW)
  expect([picture.save, picture.copy]).toEqual(['/upload/a.png#w=3&h=4', false])
  expect(rightsOf(message({ content: 'https://a.example/' }), standing(), NOW).save).toBeUndefined()
})

test('what the site does not take is not passed on', () => {
  const picture = '![图片](/upload/a.png)'
  const textsOnly = standing({ maySend: (content) => content !== picture })
  expect(rightsOf(message(), textsOnly, NOW).forward).toBe(true)
  expect(rightsOf(message({ content: picture }), textsOnly, NOW).forward).toBe(false)
})
