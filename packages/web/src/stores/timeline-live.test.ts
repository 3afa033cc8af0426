import { afterEach, beforeEach, describe, expect, jest, test } from 'bun:test'
import type { OutboxMessage } from '@parley/client'
import { fromOutbox, type Message } from './message.ts'
import { CHAT, chat, isWhole, message, range, row, seqs } from './timeline.fixture.ts'
import type { Timeline } from './timeline.ts'

describe('what is pushed', () => {
  test('comes to the end, once; not to a window elsewhere', async () => {
    const { line } = chat(1000)
    await line.open()
    for (const seq of [1001, 1002, 1002]) line.arrived(message(seq))
    expect(seqs(line)).toEqual(range(961, 1002))
    expect(line.tail(2).map(({ seq }) => seq)).toEqual([1001, 1002])
    await line.jumpTo(1200)
    line.arrived(message(1003))
    expect([seqs(line).at(-1), isWhole(line)]).toEqual([239, true])
  })

  test('is not lost while the first page is read that does not have it yet', async () => {
    const { line, hold } = chat(5)
    const release = hold()
    const opening = line.open()
    line.arrived(message(6))
    release()
    await opening
    expect(seqs(line)).toEqual(range(1, 6))
  })

  test('is not lost when what was kept, or was here, is read anew', async () => {
    const { line, hold, log } = chat(5)
    let release = hold()
    const opening = line.open()
    line.restore([message(4), message(5)])
    line.arrived(message(6))
    log.push(row(6))
    expect(seqs(line)).toEqual([4, 5, 6])
    release()
    await opening
    expect(seqs(line)).toEqual(range(1, 6))

    release = hold()
    const reading = line.reload()
    line.arrived(message(7))
    release()
    await reading
    expect(seqs(line)).toEqual(range(1, 7))
  })

  test('is not lost on the way to the end of the history', async () => {
    const { line, hold, log } = chat(300)
    await line.open()
    for (const way of [() => line.jumpToEnd(), () => line.loadNewer(), () => line.jumpAfter(298)]) {
      await line.jumpTo(1050)
      await line.jumpTo(1240)
      expect(line.atEnd.value).toBe(false)
      const release = hold()
      const going = way()
      const next = log.length + 1
      line.arrived(message(next))
      release()
      await going
      expect([line.atEnd.value, seqs(line).at(-1), isWhole(line)]).toEqual([true, next, true])
      log.push(row(next))
    }
  })

  test('is there once when the page that is read has it, too', async () => {
    const { line, hold, log } = chat(5)
    log.push(row(6))
    const release = hold()
    const opening = line.open()
    line.arrived(message(6), 'abc')
    line.arrived(message(7))
    release()
    await opening
    expect(line.items.value.map(({ key }) => key).slice(-3)).toEqual(['m1005', 'oabc', 'm1007'])
  })

  test('changes a message that is just being read', async () => {
    const { line, hold } = chat(5)
    await line.open()
    const release = hold()
    const reading = line.reload()
    line.change(1004, (known) => ({ ...known, notice: true, content: '撤回' }))
    line.change(1005, () => undefined)
    release()
    await reading
    expect(line.items.value.map(({ content }) => content)).toEqual(['第 1 句', '第 2 句', '第 3 句', '撤回'])
  })

  test('takes the words from quotes of a message that is gone', async () => {
    const { line, log } = chat(2)
    log.push(row(3, { quote_mid: 1001, quote_content: '第 1 句' }))
    await line.open()
    line.forgetQuote(1001, '已撤回')
    expect(line.items.value.map(({ quoteMid, quoteText }) => [quoteMid, quoteText])).toEqual([
      [0, ''],
      [0, ''],
      [0, '已撤回'],
    ])
  })

  test('clears the chat up to a place, also under a page that is being read', async () => {
    const { line } = chat(100)
    await line.open()
    line.arrived(message(101))
    line.cleared(100)
    expect([seqs(line), line.hasOlder.value]).toEqual([[101], false])

    const other = chat(100)
    const release = other.hold()
    const opening = other.line.open()
    other.line.cleared(98)
    release()
    await opening
    expect([seqs(other.line), other.line.hasOlder.value]).toEqual([[99, 100], false])

    // A window in the middle, all of it gone, finds its way to the end.
    const far = chat(1000)
    await far.line.open()
    await far.line.jumpTo(1200)
    far.log.splice(0, 999)
    far.line.cleared(999)
    while (!far.line.atEnd.value) await Promise.resolve()
    expect(seqs(far.line)).toEqual([1000])
  })
})

const ME = { uid: 9, name: '汤姆', avatar: '' }

describe('what is written here', () => {
  const outbox = (id: string, more: Partial<OutboxMessage> = {}): Message =>
    fromOutbox(
      {
        ...{ id, chat: CHAT, content: id, quote_mid: 0, createdAt: 1_700_000_900_000 },
        ...({ state: 'sending', ...more } as Partial<OutboxMessage> as OutboxMessage),
      },
      ME,
      '',
    )
  const states = (line: Timeline) =>
    line.items.value.filter(({ from }) => from === ME.uid).map(({ key, state }) => [key, state])

  test('stands behind everything until it is sent, and keeps its key then', async () => {
    const { line } = chat(2)
    await line.open()
    line.pending(outbox('a'))
    line.pending(outbox('b'))
    line.arrived(message(3))
    expect(line.items.value.map(({ key }) => key)).toEqual(['m1001', 'm1002', 'm1003', 'oa', 'ob'])
    line.pending(outbox('a', { state: 'failed' }))
    expect(states(line)).toEqual([
      ['oa', 'failed'],
      ['ob', 'sending'],
    ])
    // Told twice, by the answer and by the push: in either order it is one message.
    line.pending(outbox('b', { state: 'sent', mid: 1004, seq: 4 }))
    line.arrived({ ...message(4), from: ME.uid }, 'b')
    line.arrived({ ...message(5), from: ME.uid }, 'a')
    line.pending(outbox('a', { state: 'sent', mid: 1005, seq: 5 }))
    expect(line.items.value.map(({ key, mid }) => [key, mid]).slice(3)).toEqual([
      ['ob', 1004],
      ['oa', 1005],
    ])
  })

  test('is not lost when it is sent while the chat opens', async () => {
    const { line, hold } = chat(2)
    const release = hold()
    const opening = line.open()
    line.pending(outbox('a'))
    line.pending(outbox('a', { state: 'sent', mid: 1003, seq: 3 }))
    line.arrived({ ...message(3), from: ME.uid }, 'a')
    release()
    await opening
    expect(line.items.value.map(({ key, mid }) => [key, mid])).toEqual([
      ['m1001', 1001],
      ['m1002', 1002],
      ['oa', 1003],
    ])
  })

  test('is out of sight in the middle of the history, and gone when it is discarded', async () => {
    const { line } = chat(300)
    await line.open()
    line.pending(outbox('a'))
    await line.jumpTo(1100)
    expect(states(line)).toEqual([])
    await line.jumpToEnd()
    expect(states(line)).toEqual([['oa', 'sending']])
    line.pending(outbox('a'), true)
    expect(states(line)).toEqual([])
  })
})

describe('how far the other person has read', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  const asked = ({ calls }: ReturnType<typeof chat>) =>
    calls.filter(([path]) => path === 'message/readstate').length

  test('is asked for when they write, once for several messages', async () => {
    const there = chat(5)
    await there.line.open()
    there.line.arrived(message(6))
    there.line.arrived(message(7))
    expect(asked(there)).toBe(1)
    jest.advanceTimersByTime(200)
    expect(asked(there)).toBe(2)
    there.line.arrived(message(8))
    jest.advanceTimersByTime(200)
    expect(asked(there)).toBe(3)
  })

  test('is not asked for because of own messages, automatic answers, notices, or before the chat is read', async () => {
    const there = chat(5)
    there.line.arrived(message(5))
    await there.line.open()
    there.line.arrived({ ...message(6), auto: true })
    there.line.arrived({ ...message(7), notice: true })
    there.line.arrived({ ...message(8), from: 9 })
    expect(jest.getTimerCount()).toBe(0)
  })
})
