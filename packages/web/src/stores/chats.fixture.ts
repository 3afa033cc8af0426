import { spyOn } from 'bun:test'
import type { ChatMessage, Home } from '@parley/client'
import '@/browser/page.fixture.ts'
import { client } from '@/sdk.ts'
import { chatKey, useChats } from './chats.ts'

type Entry = Home['chatting'][string]

export const ME = 9
export const JERRY = { type: 'friend', id: 50 } as const
export const SPIKE = { type: 'friend', id: 51 } as const
export const GROUP = { type: 'group', id: 7 } as const

/** A chat as `pop/get` tells of it: with one message, so many seconds after a certain moment. */
export const entry = (
  chat: { type: 'friend' | 'group'; id: number },
  after: number,
  more: Partial<Entry> = {},
): Entry =>
  ({
    ...{ ...chat, name: `聊天 ${chat.id}`, avatar: '', unread_count: 0, top: 0, muted: 0, mention_mid: 0 },
    ...{ read_seq: 1, last_seq: 1 },
    items: [
      {
        ...{ mid: after + 1, seq: 1, from: String(chat.id), name: '', content: '你好' },
        ...{ timestamp: 1_700_000_000 + after, sub_type: 'message' },
      },
    ],
    ...more,
  }) as Entry

/** A chat as `pop/chat` tells of it. */
export const view = (
  chat: { type: 'friend' | 'group'; id: number },
  after: number,
  more: Partial<Entry & { hidden: 0 | 1 }> = {},
) => ({ ...entry(chat, after), hidden: 0, ...more })

export const learn = (...entries: Entry[]) =>
  useChats().learnHome(Object.fromEntries(entries.map((one) => [chatKey(one as typeof JERRY), one])))

/** A message that was pushed. */
export const message = (
  chat: typeof JERRY | typeof GROUP,
  seq: number,
  more: Partial<ChatMessage> = {},
): ChatMessage =>
  ({
    ...{
      chat,
      type: chat.type,
      mid: 100 + seq,
      seq,
      from: '50',
      from_name: '小老鼠',
      from_avatar: '/50.png',
    },
    ...{ to: String(chat.type === 'group' ? chat.id : ME), to_name: '汤姆', to_avatar: '/9.png' },
    ...{ content: `第 ${seq} 句`, timestamp: 1_700_000_100 + seq, sub_type: 'message' },
    ...more,
  }) as ChatMessage

export const NEW = { seen: false, mentionsMe: false }
export const keys = () => useChats().list.map(({ key }) => key)
export const jerry = () => useChats().byKey.get('friend50')!

/** How the server answers from now on. @returns what it is asked */
export function server(
  answer: (path: string, params: Record<string, unknown>) => Promise<unknown> = async () => [],
) {
  const calls: unknown[][] = []
  spyOn(client, 'call').mockImplementation(((path: string, params: Record<string, unknown>) => {
    calls.push([path, params])
    return answer(path, params)
  }) as never)
  return calls
}
