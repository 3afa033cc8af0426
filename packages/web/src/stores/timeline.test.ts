import { describe, expect, test } from 'bun:test'
import { chat, isWhole, message, range, row, seqs } from './timeline.fixture.ts'

describe('reading', () => {
  test('begins with the newest page, once, and marks nothing as read', async () => {
    const { line, calls } = chat(100)
    expect([line.ready.value, line.fresh.value, line.items.value]).toEqual([false, false, []])
    const opening = line.open()
    expect(line.loading.value).toBe('first')
    await Promise.all([opening, line.open()])
    await line.open()
    expect(seqs(line)).toEqual(range(61, 100))
    expect([line.ready.value, line.fresh.value, line.hasOlder.value, line.loading.value]).toEqual([
      true,
      true,
      true,
      undefined,
    ])
    expect(calls).toEqual([
      ['message/get', { id: 50, type: 'friend', limit: 40, peek: 1 } as never],
      ['message/readstate', { id: 50, type: 'friend' } as never],
    ])
    expect(line.peerReadSeq.value).toBe(3)
    const other = chat(3)
    await other.line.open()
    expect([seqs(other.line), other.line.hasOlder.value]).toEqual([[1, 2, 3], false])
  })

  test('shows what was kept until the server has answered, and leaves the keys', async () => {
    const { line, hold } = chat(5)
    const release = hold()
    const opening = line.open()
    const kept = { ...message(4), key: 'okept' }
    line.restore([kept])
    expect([seqs(line), line.ready.value, line.fresh.value]).toEqual([[4], true, false])
    release()
    await opening
    expect(line.items.value.map(({ key }) => key)).toEqual(['m1001', 'm1002', 'm1003', 'okept', 'm1005'])
    line.restore([message(1)])
    expect(seqs(line)).toEqual([1, 2, 3, 4, 5])
  })

  for (const before of [0, 3])
    test(`goes as far as the server tells, whichever comes first, with ${before} messages before`, async () => {
      const { line, log, tell } = chat(before)
      await line.open()
      log.push(row(before + 1), row(before + 2))
      tell()
      await line.complete()
      expect(seqs(line)).toEqual(range(1, before + 2))

      const slow = chat(before)
      const release = slow.hold()
      const opening = slow.line.open()
      slow.log.push(row(before + 1), row(before + 2))
      slow.tell()
      release()
      await opening
      await new Promise(setImmediate)
      expect(seqs(slow.line)).toEqual(range(1, before + 2))

      // Something newer came by itself before the server told.
      const busy = chat(before)
      await busy.line.open()
      busy.log.push(row(before + 1))
      busy.tell()
      busy.log.push(row(before + 2))
      busy.line.arrived(message(before + 2))
      await busy.line.complete()
      expect(seqs(busy.line)).toEqual(range(1, before + 2))
    })

  test('tries again to go as far when that has failed', async () => {
    const { line, log, tell, refuse } = chat(3)
    await line.open()
    log.push(row(4))
    tell()
    refuse(new Error('trouble'))
    await line.complete()
    expect(seqs(line)).toEqual([1, 2, 3])
    refuse()
    await line.complete()
    expect(seqs(line)).toEqual([1, 2, 3, 4])
  })

  test('does not come back from where somebody has gone while it went on', async () => {
    const { line, log, tell, hold } = chat(200)
    await line.open()
    log.push(row(201))
    tell()
    const release = hold()
    const reading = line.complete()
    await line.jumpTo(1050)
    release()
    await reading
    expect([isWhole(line), line.atEnd.value, seqs(line).includes(201)]).toEqual([true, false, false])
  })

  test('asks once for what is not there: the newest one was deleted', async () => {
    const asked = ({ calls }: ReturnType<typeof chat>) =>
      calls.map(([path]) => path).filter((path) => path !== 'message/readstate')
    const [early, late] = [chat(3), chat(3)]
    for (const { line, log, tell } of [early, late]) {
      if (line === early.line) tell()
      await line.open()
      log.push(row(4))
      if (line === late.line) tell()
      log.splice(2)
      await line.complete()
      await line.complete()
    }
    expect(asked(early)).toEqual(['message/get'])
    expect(asked(late)).toEqual(['message/get', 'message/since'])
  })

  test('joins older pages until there are none', async () => {
    const { line } = chat(150)
    await line.open()
    await line.loadOlder()
    expect([seqs(line), line.hasOlder.value]).toEqual([range(11, 150), true])
    await line.loadOlder()
    expect(seqs(line)).toEqual(range(1, 150))
    await line.loadOlder()
    expect(line.hasOlder.value).toBe(false)
  })

  test('says what failed, and goes on when it is asked again', async () => {
    const { line, refuse } = chat(60)
    const error = new Error('trouble')
    refuse(error)
    await line.open()
    expect(line.error.value).toMatchObject({ error, during: 'first' })
    expect([line.ready.value, line.loading.value]).toEqual([false, undefined])
    refuse()
    await line.error.value!.retry()
    expect([line.error.value, line.ready.value]).toEqual([undefined, true])
    refuse(error)
    await line.loadOlder()
    expect([line.error.value?.during, seqs(line)]).toEqual(['older', range(21, 60)])
    refuse()
    await line.error.value!.retry()
    expect([line.error.value, seqs(line)]).toEqual([undefined, range(1, 60)])
    // What was here is read anew, although it is here.
    refuse(error)
    await line.reload()
    refuse()
    await line.error.value!.retry()
    expect([line.error.value, seqs(line)]).toEqual([undefined, range(21, 60)])
  })

  test('a jump that fails is told to whoever jumps, and nothing has changed', async () => {
    const { line, refuse } = chat(300)
    await line.open()
    const error = new Error('trouble')
    refuse(error)
    for (const jump of [() => line.jumpTo(1050), () => line.jumpAfter(50)])
      await expect(jump()).rejects.toBe(error)
    expect([line.error.value, line.loading.value, seqs(line)]).toEqual([
      undefined,
      undefined,
      range(261, 300),
    ])
    refuse()
    await line.jumpTo(1050)
    refuse(error)
    await expect(line.jumpToEnd()).rejects.toBe(error)
    expect(line.atEnd.value).toBe(false)
  })

  test('jumps into the history, and back from there page by page or at once', async () => {
    const { line, calls } = chat(1000)
    await line.open()
    expect(await line.jumpTo(1990)).toBe('m1990')
    expect(calls.filter(([path]) => path === 'message/around')).toEqual([])
    expect(await line.jumpTo(1500)).toBe('m1500')
    expect([seqs(line), line.atEnd.value, line.hasOlder.value]).toEqual([range(460, 539), false, true])
    await line.loadNewer()
    expect([seqs(line), line.atEnd.value]).toEqual([range(460, 639), false])
    await line.jumpToEnd()
    expect([seqs(line), line.atEnd.value]).toEqual([range(961, 1000), true])

    expect(await line.jumpAfter(900)).toBe('m1901')
    expect([seqs(line)[0], line.atEnd.value]).toEqual([881, false])
    await line.loadNewer()
    expect([seqs(line), line.atEnd.value]).toEqual([range(881, 1000), true])
    expect(await line.jumpTo(1)).toBeUndefined()
  })

  test('leaves out a page that comes after the window has gone elsewhere', async () => {
    const { line, hold } = chat(1000)
    await line.open()
    const release = hold()
    const older = line.loadOlder()
    await line.jumpTo(1200)
    release()
    await older
    expect([seqs(line).includes(200), isWhole(line)]).toEqual([true, true])
  })

  test('lets go of the far end when the window is very long', async () => {
    const { line } = chat(12_500)
    await line.open()
    while (line.atEnd.value) await line.loadOlder()
    expect([line.items.value.length, isWhole(line)]).toEqual([6000, true])
    expect(line.tail(40)).toEqual([])
    line.arrived(message(12_501))
    expect(isWhole(line)).toBe(true)
  })
})
