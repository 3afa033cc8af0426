import { describe, expect, test } from 'bun:test'
import type { UploadResult } from '@parley/client'
import {
  type Attachment,
  AttachmentQueue,
  type NewAttachment,
  type QueueOptions,
} from './attachment-queue.ts'

const CHAT = { type: 'friend', id: 50 } as const
const OTHER = { type: 'group', id: 7 } as const

class Trouble extends Error {}

/** An upload that waits for the test. */
interface Running {
  name: string
  kind: string
  progress(sent: number, total: number): void
  done(): Promise<void>
  fail(error: unknown): Promise<void>
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve))

function setUp(overrides: Partial<QueueOptions> = {}) {
  const running: Running[] = []
  const sent: [string, number | undefined][] = []
  const given: unknown[] = []
  const released: string[] = []
  const held = new Set<string>()
  const state = { online: true, back: () => {}, list: [] as readonly Attachment[] }
  const queue = new AttachmentQueue({
    upload: (kind, blob, { name, signal, onProgress }) =>
      new Promise<UploadResult>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        running.push({
          ...{ name, kind, progress: onProgress },
          done: () => {
            resolve({ src: `//host/${name}`, name, size: `${blob.size} B` })
            return settled()
          },
          fail: (error) => {
            reject(error)
            return settled()
          },
        })
      }),
    send: (_, content, quote) => sent.push([content, quote?.mid]),
    giveBack: (_, rest) => given.push(rest),
    hold: (_, words) => {
      held.add(words)
      return () => held.delete(words)
    },
    changed: (chat, list) => {
      if (chat === CHAT) state.list = list
    },
    tooLarge: (_, bytes) => (bytes > 1000 ? 'too large' : undefined),
    isTrouble: (error) => error instanceof Trouble,
    explain: (error) => `explained: ${(error as Error).message}`,
    isOnline: () => state.online,
    online: () =>
      new Promise((resolve) => {
        state.back = resolve
      }),
    pause: async () => {},
    release: (url) => released.push(url),
    now: () => 1,
    ...overrides,
  })
  const brief = () => state.list.map(({ name, state }) => `${name} ${state}`)
  return { queue, running, sent, given, released, held, state, brief }
}

const file = (name: string, more: Partial<NewAttachment> = {}): NewAttachment => ({
  ...{ kind: 'file', name, blob: new Blob(['12345']), sizeText: '5 B' },
  contentOf: ({ src }) => `file ${src}`,
  ...more,
})

describe('attachments of a chat', () => {
  test('go one after the other in their order, the caption behind them, the quote with the first', async () => {
    const { queue, running, sent, brief } = setUp()
    queue.add(CHAT, [file('a', { kind: 'image' }), file('b')], {
      caption: 'both',
      quote: { mid: 9, name: '小老鼠', text: 'x' },
    })
    queue.add(CHAT, [file('c')])
    expect(brief()).toEqual(['a uploading', 'b preparing', 'c preparing'])
    expect(running.map(({ name, kind }) => [name, kind])).toEqual([['a', 'img']])
    await running[0]!.done()
    expect(brief()).toEqual(['b uploading', 'c preparing'])
    await running[1]!.done()
    await running[2]!.done()
    expect(sent).toEqual([
      ['file //host/a', 9],
      ['file //host/b', undefined],
      ['both', undefined],
      ['file //host/c', undefined],
    ])
    expect(queue.size).toBe(0)
  })

  test('do not wait for those of another chat', () => {
    const { queue, running } = setUp()
    queue.add(CHAT, [file('a')])
    queue.add(OTHER, [file('b')])
    expect(running.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('tell how far they are', async () => {
    const { queue, running, state } = setUp()
    queue.add(CHAT, [file('a')])
    running[0]!.progress(25, 100)
    expect(state.list[0]).toMatchObject({ state: 'uploading', progress: 0.25, waiting: false })
  })
})

describe('a failure', () => {
  test('keeps neither the others nor its caption, and can be tried again', async () => {
    const { queue, running, sent, state, brief } = setUp()
    queue.add(CHAT, [file('a'), file('b')], { caption: 'both' })
    await running[0]!.fail(new Error('refused'))
    expect(state.list[0]).toMatchObject({ state: 'failed', error: 'explained: refused' })
    await running[1]!.done()
    expect(sent.map(([content]) => content)).toEqual(['file //host/b', 'both'])
    queue.retry(state.list[0]!.id)
    expect(brief()).toEqual(['a uploading'])
    expect(state.list[0]!.error).toBeUndefined()
    await running[2]!.done()
    expect(sent.at(-1)).toEqual(['file //host/a', undefined])
    expect(sent).toHaveLength(3)
  })

  test('of all keeps caption and quote for the one that succeeds', async () => {
    const { queue, running, sent, state } = setUp()
    queue.add(CHAT, [file('a')], { caption: 'look', quote: { mid: 4, name: '小老鼠', text: '' } })
    await running[0]!.fail(new Error('refused'))
    expect(sent).toEqual([])
    queue.retry(state.list[0]!.id)
    await running[1]!.done()
    expect(sent).toEqual([
      ['file //host/a', 4],
      ['look', undefined],
    ])
  })

  test('is told before the upload when the site does not take so much', () => {
    const { queue, running, state } = setUp()
    queue.add(CHAT, [file('a', { blob: new Blob(['x'.repeat(1001)]) })])
    expect(running).toEqual([])
    expect(state.list[0]).toMatchObject({ state: 'failed', error: 'too large' })
  })

  test('of the network is tried again three times in all', async () => {
    const { queue, running, state } = setUp()
    queue.add(CHAT, [file('a')])
    await running[0]!.fail(new Trouble())
    await running[1]!.fail(new Trouble())
    expect(state.list[0]!.state).toBe('uploading')
    await running[2]!.fail(new Trouble('no network'))
    expect(state.list[0]).toMatchObject({ state: 'failed', error: 'explained: no network' })
    expect(running).toHaveLength(3)
  })
})

describe('without a connection', () => {
  test('they wait, and go on by themselves', async () => {
    const { queue, running, sent, state } = setUp()
    state.online = false
    queue.add(CHAT, [file('a')])
    expect(running).toEqual([])
    expect(state.list[0]).toMatchObject({ state: 'uploading', waiting: true })
    state.online = true
    state.back()
    await settled()
    expect(state.list[0]!.waiting).toBe(false)
    await running[0]!.done()
    expect(sent).toHaveLength(1)
  })

  test('what was cut off does not count as a try', async () => {
    const { queue, running, state } = setUp()
    queue.add(CHAT, [file('a')])
    for (let time = 0; time < 5; time++) {
      state.online = false
      await running[time]!.fail(new Trouble())
      expect(state.list[0]).toMatchObject({ state: 'uploading', waiting: true })
      state.online = true
      state.back()
      await settled()
    }
    await running[5]!.done()
    expect(queue.size).toBe(0)
  })
})

describe('cancelling', () => {
  test('ends the upload, and lets the next one go', async () => {
    const { queue, running, sent, state, brief } = setUp()
    queue.add(CHAT, [file('a'), file('b')], { caption: 'both' })
    queue.cancel(state.list[0]!.id)
    await settled()
    expect(brief()).toEqual(['b uploading'])
    await running[1]!.done()
    expect(sent.map(([content]) => content)).toEqual(['file //host/b', 'both'])
  })

  test('all gives back what was to go with them', async () => {
    const { queue, sent, given, state } = setUp()
    queue.add(CHAT, [file('a'), file('b')], { caption: 'both', quote: { mid: 3, name: '小老鼠', text: 'q' } })
    for (const { id } of state.list) queue.cancel(id)
    await settled()
    expect(given).toEqual([{ caption: 'both', quote: { mid: 3, name: '小老鼠', text: 'q' } }])
    expect(sent).toEqual([])
    expect(queue.size).toBe(0)
  })

  test('gives no quote back of what is gone meanwhile', async () => {
    const { queue, given, state } = setUp()
    queue.add(CHAT, [file('a')], { caption: 'look', quote: { mid: 3, name: '小老鼠', text: 'q' } })
    queue.forgetQuote(4)
    queue.forgetQuote(3)
    queue.cancel(state.list[0]!.id)
    await settled()
    expect(given).toEqual([{ caption: 'look' }])
  })
})

describe('words that leave the box with a file', () => {
  test('are held until they are sent behind it, also when it fails first', async () => {
    const { queue, running, sent, held, state } = setUp()
    queue.add(CHAT, [file('a'), file('b')], { caption: 'both' })
    expect([...held]).toEqual(['both'])
    await running[0]!.fail(new Error('refused'))
    queue.cancel(state.list[1]!.id)
    await settled()
    expect([...held]).toEqual(['both'])
    queue.retry(state.list[0]!.id)
    await running.at(-1)!.done()
    expect([sent.at(-1), [...held]]).toEqual([['both', undefined], []])
  })

  test('or that are the file are held until it is sent, and given back when it is cancelled', async () => {
    const { queue, running, given, held, state } = setUp()
    queue.add(CHAT, [file('long.txt')], { text: 'long' })
    expect([...held]).toEqual(['long'])
    await running[0]!.done()
    expect([...held]).toEqual([])
    queue.add(CHAT, [file('long.txt')], { text: 'longer' })
    queue.cancel(state.list[0]!.id)
    await settled()
    expect([given, [...held]]).toEqual([[{ caption: 'longer' }], []])
  })
})

test('previews are freed when they are not needed any more', async () => {
  const { queue, running, released, state } = setUp()
  queue.add(CHAT, [file('a', { previewUrl: 'blob:a' }), file('b', { previewUrl: 'blob:b' })])
  await running[0]!.done()
  expect(released).toEqual(['blob:a'])
  queue.cancel(state.list[0]!.id)
  expect(released).toEqual(['blob:a', 'blob:b'])
})
