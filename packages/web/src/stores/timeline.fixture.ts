import type { DataOf, ParleyClient } from '@parley/client'
import { fromRow, type Message } from './message.ts'
import { Timeline } from './timeline.ts'

type Row = DataOf<'message/get'>[number]

export const CHAT = { type: 'friend', id: 50 } as const

export const row = (seq: number, more: Partial<Row> = {}): Row => ({
  ...{
    mid: 1000 + seq,
    seq,
    type: 'friend',
    from: '50',
    to: '9',
    content: `第 ${seq} 句`,
    sub_type: 'message',
  },
  ...{ timestamp: 1_700_000_000 + seq, name: '小老鼠', avatar: '', quote_mid: 0, quote_content: '', auto: 0 },
  ...({ uniqueId: '', ...more } as Partial<Row> as Row),
})
export const message = (seq: number): Message => fromRow(row(seq))

/** A server's side of a chat with so many messages; `hold` makes the next answer wait after it was made, `tell` tells how far it goes. */
export function chat(count: number) {
  const log = Array.from({ length: count }, (_, index) => row(index + 1))
  const calls: [path: string, params: Record<string, number>][] = []
  let held: Promise<void> | undefined
  let refusal: Error | undefined
  let told = 0
  const answer = (path: string, { mid = 0, seq = 0, limit = 0 }: Record<string, number>): unknown => {
    if (path === 'message/readstate') return { seq: 3 }
    if (path === 'message/get') return log.filter((one) => mid === 0 || one.mid < mid).slice(-limit)
    if (path === 'message/since') {
      const newer = log.filter((one) => one.seq > seq)
      const messages = newer.slice(0, limit)
      const more = newer.length > limit ? 1 : 0
      return { messages, more, through_seq: more ? messages.at(-1)!.seq : (log.at(-1)?.seq ?? 0) }
    }
    const at = log.findIndex((one) => one.mid === mid)
    const from = Math.max(0, at - limit / 2)
    const messages = at < 0 ? [] : log.slice(from, from + limit)
    return { messages, before: from > 0 ? 1 : 0, after: from + limit < log.length ? 1 : 0 }
  }
  const client = {
    async call(path: string, params: Record<string, number>) {
      calls.push([path, params])
      if (refusal) throw refusal
      const made = structuredClone(answer(path, params))
      const wait = held
      held = undefined
      await wait
      return made
    },
  } as unknown as ParleyClient
  return {
    ...{ log, calls, line: new Timeline(CHAT, client, () => told) },
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    tell(): void {
      told = log.at(-1)?.seq ?? 0
    },
    refuse(error?: Error): void {
      refusal = error
    },
  }
}

export const seqs = (line: Timeline) => line.items.value.map(({ seq }) => seq)
export const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
/** Whether it is in order and without holes. */
export const isWhole = (line: Timeline) => {
  const all = seqs(line)
  return all.every((seq, index) => seq === all[0]! + index)
}
