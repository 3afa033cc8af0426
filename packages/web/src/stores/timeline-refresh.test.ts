import { describe, expect, test } from 'bun:test'
import { chat, isWhole, message, range, row, seqs } from './timeline.fixture.ts'

const REVOKED = { content: '此消息已撤回', sub_type: 'notice' } as const

describe('a conversation that may have changed', () => {
  test('is read again in its place: what changed is changed, what is gone goes, the rest stays as it is', async () => {
    const { line, log } = chat(300)
    await line.open()
    await line.loadOlder()
    const before = line.items.value
    Object.assign(log[299]!, REVOKED)
    Object.assign(log[200]!, { quote_content: '已撤回' })
    log.splice(250, 1)
    log.push(row(301))
    await line.refresh()
    const now = line.items.value
    expect(seqs(line)).toEqual(range(161, 300).filter((seq) => seq !== 251))
    expect(now.at(-1)).toMatchObject({ key: 'm1300', notice: true, content: '此消息已撤回' })
    expect(now.find(({ seq }) => seq === 201)).toMatchObject({ key: 'm1201', quoteText: '已撤回' })
    // By far the most are the very same: nothing of them is drawn again.
    expect(now.filter((one) => before.includes(one))).toHaveLength(137)
  })

  test('takes as many pages as it has, in the middle of the history, too', async () => {
    const { line, log, calls } = chat(1000)
    await line.open()
    await line.jumpTo(1300)
    for (let page = 0; page < 3; page++) await line.loadNewer()
    const from = seqs(line)[0]!
    const to = seqs(line).at(-1)!
    expect(to - from).toBeGreaterThan(200)
    calls.length = 0
    Object.assign(log[to - 1]!, REVOKED)
    await line.refresh()
    expect(calls.filter(([path]) => path === 'message/since').length).toBe(Math.ceil((to - from + 1) / 200))
    expect([seqs(line), line.atEnd.value]).toEqual([range(from, to), false])
    expect(line.items.value.at(-1)!.notice).toBe(true)
  })

  test('that is not looked at is read again when it is opened, and not before', async () => {
    const { line, log, calls } = chat(5)
    await line.open()
    calls.length = 0
    line.outdated()
    Object.assign(log[4]!, REVOKED)
    expect([calls.length, line.items.value.at(-1)!.notice]).toEqual([0, false])
    await line.open()
    expect(line.items.value.at(-1)!.notice).toBe(true)
    calls.length = 0
    await line.open()
    expect(calls).toEqual([])
  })

  test('goes on to what came meanwhile when it is opened: nobody tells of a chat that was put away elsewhere', async () => {
    const { line, log } = chat(5)
    await line.open()
    line.outdated()
    log.push(row(6), row(7))
    await line.open()
    expect([seqs(line), line.atEnd.value]).toEqual([range(1, 7), true])

    line.outdated()
    for (let seq = 8; seq <= 400; seq++) log.push(row(seq))
    await line.open()
    expect([isWhole(line), seqs(line).at(-1), line.hasOlder.value]).toEqual([true, 400, true])
  })

  test('tries again to go on when that has failed', async () => {
    const { line, log, refuse } = chat(5)
    await line.open()
    line.outdated()
    log.push(row(6))
    refuse(new Error('away'))
    const opening = line.open()
    refuse()
    await opening
    expect(seqs(line)).toEqual(range(1, 5))
    await line.open()
    expect(seqs(line)).toEqual(range(1, 6))
  })

  test('is tried again the next time when it could not be read', async () => {
    const { line, log, refuse } = chat(5)
    await line.open()
    Object.assign(log[4]!, REVOKED)
    refuse(new Error('away'))
    await line.refresh()
    expect([line.error.value, seqs(line)]).toEqual([undefined, range(1, 5)])
    refuse()
    await line.open()
    expect(line.items.value.at(-1)!.notice).toBe(true)
  })

  test('does not undo what is told meanwhile, and loses nothing that comes', async () => {
    const { line, hold, log } = chat(5)
    await line.open()
    const release = hold()
    const reading = line.refresh()
    line.change(1003, () => undefined)
    line.arrived(message(6))
    log.push(row(6))
    // Once more, while it is being read: it is read once more.
    line.outdated()
    Object.assign(log[1]!, REVOKED)
    log.splice(2, 1)
    release()
    await reading
    expect(seqs(line)).toEqual([1, 2, 4, 5, 6])
    expect(line.items.value[1]!.notice).toBe(true)
  })

  test('keeps what its writer has taken back here, to be written again', async () => {
    const { line, log } = chat(3)
    await line.open()
    const revoked = { by: 9, content: '第 3 句', quoteMid: 0, at: 1 }
    line.change(1003, (known) => ({ ...known, notice: true, content: '撤回', revoked }))
    Object.assign(log[2]!, REVOKED)
    await line.refresh()
    expect(line.items.value[2]!.revoked).toEqual(revoked)
  })

  test('knows how far the other person has read', async () => {
    const { line, calls } = chat(3)
    await line.open()
    line.peerReadSeq.value = 0
    calls.length = 0
    await line.refresh()
    expect([line.peerReadSeq.value, calls.map(([path]) => path)]).toEqual([
      3,
      ['message/since', 'message/readstate'],
    ])
  })
})
