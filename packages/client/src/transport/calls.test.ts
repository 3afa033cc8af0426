import { describe, expect, test } from 'bun:test'
import { SocketCalls } from './calls.ts'

const never = new AbortController().signal

function calls(isOpen: () => boolean = () => true) {
  const sent: { id: number; path: string }[] = []
  const made = new SocketCalls((data) => isOpen() && sent.push(data as { id: number; path: string }) > 0)
  const answer = (index: number, data: unknown, code = 0) =>
    made.receive({ id: sent[index]!.id, code, msg: 'ok', data })
  return { calls: made, sent, answer }
}

describe('calls over a websocket', () => {
  test('answers find their call, in whatever order', async () => {
    const { calls: made, answer } = calls()
    const both = [made.call('a', {}, never, 1000), made.call('b', {}, never, 1000)]
    answer(1, 'for b')
    answer(0, 'for a')
    expect(await Promise.all(both)).toEqual(['for a', 'for b'])
  })

  test('no more are under way than the server takes; the others follow as answers come', async () => {
    const { calls: made, sent, answer } = calls()
    const all = Array.from({ length: 100 }, (_, index) => made.call('a', { index }, never, 1000))
    expect(sent.length).toBeLessThan(64)
    for (let index = 0; index < 100; index++) answer(index, index)
    expect(await Promise.all(all)).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  test('when the websocket ends, each call learns whether the server may have seen it', async () => {
    let isOpen = true
    const { calls: made } = calls(() => isOpen)
    const seen = made.call('a', {}, never, 1000)
    isOpen = false
    const unseen = made.call('b', {}, never, 1000)
    made.fail()
    await expect(seen).rejects.toMatchObject({ reason: 'closed', mayHaveArrived: true })
    await expect(unseen).rejects.toMatchObject({ reason: 'closed', mayHaveArrived: false })
  })

  test('one that is given up or too late makes room; its answer is nobody’s', async () => {
    const { calls: made, answer } = calls()
    const controller = new AbortController()
    const given = made.call('a', {}, controller.signal, 1000)
    const late = made.call('b', {}, never, 1)
    controller.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    await expect(late).rejects.toMatchObject({ reason: 'timeout', mayHaveArrived: true })
    answer(0, 'too late')
    made.receive('nonsense')
    made.receive({ id: 'x', code: 0, data: [] })
  })
})
