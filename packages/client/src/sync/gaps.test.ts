import { describe, expect, test } from 'bun:test'
import type { MissedMessages } from '@parley/contract'
import { NetworkError, ParleyError } from '../errors.ts'
import type { ChatMessage, Gap } from '../events.ts'
import { Gaps } from './gaps.ts'
import { Messages } from './messages.ts'

/* The cases that a server brings about only in bad times; the others are in test/gaps.test.ts. */

const CHAT = { type: 'friend', id: 2 } as const

const message = (seq: number): ChatMessage => ({
  ...{ from: '2', from_name: '', from_avatar: '', to: '1', to_name: '', to_avatar: '', content: `${seq}` },
  ...{ timestamp: 0, type: 'friend', sub_type: 'message', mid: 1000 + seq, quote_mid: 0, quote_content: '' },
  ...{ seq, chat: CHAT, missed: false },
})

/** A chat on a server: `last` messages, of which `gone` were deleted. */
function page(last: number, seq: number, limit: number, gone: readonly number[] = []): MissedMessages {
  const to = Math.min(last, seq + limit)
  const seqs = Array.from({ length: Math.max(0, to - seq) }, (_, index) => seq + 1 + index)
  return {
    messages: seqs
      .filter((each) => !gone.includes(each))
      .map((each) => ({ ...message(each), avatar: '', name: undefined })),
    through_seq: Math.max(seq, to),
    last_seq: last,
    more: to < last ? 1 : 0,
  }
}

function gaps(since: (seq: number, limit: number) => MissedMessages, fillMax = 1000) {
  const delivered: number[] = []
  const told: Gap[] = []
  const asked: number[] = []
  let wake = () => {}
  const made = new Gaps({
    since: async (_, seq, limit) => {
      asked.push(seq)
      return since(seq, limit)
    },
    messages: new Messages(),
    fillMax,
    timings: { gapPatienceMs: 1, retryMsMin: 1, retryMsMax: 1 },
    deliver: ({ seq }) => {
      delivered.push(seq)
      wake()
    },
    gap: (gap) => {
      told.push(gap)
      wake()
    },
  })
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      wake = () => {
        if (isSo()) resolve()
      }
      wake()
    })
  return { gaps: made, delivered, told, asked, until }
}

const seqs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('gaps', () => {
  test('each message once, whatever the order and however often it is pushed', async () => {
    const { gaps: made, delivered, asked } = gaps(() => page(0, 0, 0))
    made.track(CHAT, 0)
    for (const seq of [1, 1, 3, 2, 3, 5, 4, 1]) made.push(message(seq))
    expect(delivered).toEqual([1, 2, 3, 4, 5])
    expect(asked).toEqual([])
  })

  test('all pages are fetched; deleted messages are no gap', async () => {
    const {
      gaps: made,
      delivered,
      until,
    } = gaps((seq, limit) => page(500, seq, Math.min(limit, 90), [7, 500]))
    made.track(CHAT, 5)
    made.reconcile([{ chat: CHAT, lastSeq: 500, lastMid: 1500 }])
    await until(() => delivered.includes(499))
    expect(delivered).toEqual(seqs(6, 499).filter((seq) => seq !== 7))
  })

  test('what is pushed during a fetch waits for its turn', async () => {
    const {
      gaps: made,
      delivered,
      until,
    } = gaps((seq, limit) => {
      if (seq === 0) for (const pushed of [11, 12]) made.push(message(pushed))
      return page(10, seq, limit)
    })
    made.track(CHAT, 0)
    made.reconcile([{ chat: CHAT, lastSeq: 10, lastMid: 1010 }])
    await until(() => delivered.length === 12)
    expect(delivered).toEqual(seqs(1, 12))
  })

  test('too long a gap is told, and handing out goes on after it', async () => {
    const { gaps: made, delivered, told, asked, until } = gaps((seq, limit) => page(100, seq, limit), 20)
    made.track(CHAT, 5)
    made.push(message(100))
    await until(() => delivered.length === 1)
    expect(told).toEqual([{ chat: CHAT, after: 5, before: 100, restored: false }])
    expect(delivered).toEqual([100])
    expect(asked).toEqual([100])
  })

  test('a site that went back to an older copy of itself', async () => {
    const { gaps: made, delivered, told, until } = gaps((seq, limit) => page(3, seq, limit))
    made.track(CHAT, 9)
    made.reconcile([{ chat: CHAT, lastSeq: 3, lastMid: 1003 }])
    await until(() => told.length === 1)
    expect(told).toEqual([{ chat: CHAT, after: 0, before: 4, restored: true }])
    made.push(message(4))
    expect(delivered).toEqual([4])
  })

  test('an unknown chat that is long: only its new end is read', async () => {
    const { gaps: made, delivered, asked, told, until } = gaps((seq, limit) => page(50_000, seq, limit))
    made.reconcile([{ chat: { type: 'group', id: 9 }, lastSeq: 1, lastMid: 50_990 }])
    made.push(message(50_000))
    await until(() => delivered.includes(50_000))
    expect(delivered).toEqual(seqs(49_991, 50_000))
    expect(asked.length).toBe(1)
    expect(told).toEqual([])
  })

  test('a chat that may not be read any more: what was pushed is handed out', async () => {
    const {
      gaps: made,
      delivered,
      until,
    } = gaps(() => {
      throw new ParleyError(2, '不是该群成员', 'message/since')
    })
    made.track(CHAT, 1)
    made.push(message(4))
    await until(() => delivered.length === 1)
    expect(delivered).toEqual([4])
  })

  test('a busy server is asked again; one that is gone is not, until the next time', async () => {
    const failures = [new NetworkError('timeout', '', true), new NetworkError('closed', '', true)]
    const {
      gaps: made,
      delivered,
      asked,
      until,
    } = gaps((seq, limit) => {
      const failure = failures.shift()
      if (failure) throw failure
      return page(4, seq, limit)
    })
    made.track(CHAT, 1)
    made.push(message(4))
    while (failures.length > 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await Promise.resolve()
    expect(asked).toEqual([1, 1])
    expect(delivered).toEqual([])
    made.reconcile([{ chat: CHAT, lastSeq: 4, lastMid: 1004 }])
    await until(() => delivered.length === 3)
    expect(delivered).toEqual([2, 3, 4])
  })

  test('a server that does not have what it has pushed is not asked for ever', async () => {
    const { gaps: made, delivered, asked, until } = gaps((seq, limit) => page(2, seq, limit))
    made.track(CHAT, 1)
    made.push(message(5))
    await until(() => delivered.length === 2)
    expect(delivered).toEqual([2, 5])
    expect(asked).toEqual([1])
  })
})
