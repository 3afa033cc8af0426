import { beforeEach, expect, spyOn, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { storage } from '@/browser/page.fixture.ts'
import { client } from '@/sdk.ts'
import { useDrafts } from './drafts.ts'
import { keepDraftsInStep } from './drafts-in-step.ts'
import { useMe } from './me.ts'

const ROW = { type: 'friend', id: 50, content: '写到一半', quote_mid: 0, timestamp: 1_700_000_100 } as const
const MESSAGE = {
  ...{ mid: 7, seq: 3, from: '50', name: '小老鼠', avatar: '', timestamp: 1_700_000_000, content: '几点？' },
  ...{ sub_type: 'message', quote_mid: 0, quote_content: '', auto: 0 },
}

/** What the server has, by chat; and what it is asked. */
let there: Map<string, object>
let calls: unknown[][]
/** What happens before the server answers `draft/set`. */
let meanwhile: () => void
let handlers: Map<string, (event: object) => void>

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
const tell = (name: string, event: object) => handlers.get(name)!(event)
const setCalls = () => calls.filter(([path]) => path === 'draft/set').map(([, params]) => params)

async function answer(path: string, params: { type: string; id: number; content: string }): Promise<unknown> {
  calls.push([path, params])
  if (path === 'draft/getlist') return [...there.values()]
  if (path === 'message/around') return { messages: [MESSAGE], before: 0, after: 0 }
  meanwhile()
  if (params.content) there.set(params.type + params.id, { ...params, timestamp: 1_700_000_200 })
  else there.delete(params.type + params.id)
  return []
}

/** A page of Tom's begins. */
function begin() {
  setActivePinia(createPinia())
  handlers = new Map()
  useMe()
  spyOn(client, 'on').mockImplementation(((name: string, act: (event: object) => void) => {
    handlers.set(name, act)
    return () => {}
  }) as never)
  keepDraftsInStep(0)
  return useDrafts()
}

async function connect(): Promise<void> {
  tell('home', {})
  await settled()
}

beforeEach(() => {
  for (let at = storage.length - 1; at >= 0; at--)
    if (storage.key(at)!.startsWith('parley:draft')) storage.removeItem(storage.key(at)!)
  const page = Object.assign(new EventTarget(), {
    visibilityState: 'visible',
    documentElement: { lang: 'zh-CN' },
  })
  Object.assign(globalThis, { document: page })
  there = new Map()
  calls = []
  meanwhile = () => {}
  spyOn(client, 'call').mockImplementation(answer as never)
})

test('what is written is told once it pauses, with who is addressed and what is quoted', async () => {
  const drafts = begin()
  const quote = { mid: 7, name: '小老鼠', text: '几点？' }
  drafts.set('group7', { text: '@' })
  drafts.set('group7', { text: '@小王 八点', quote, mentions: [{ uid: 9, name: '小王' }] })
  await settled()
  const content = '[@小王]({POPBASEURI}user/detail/9) 八点'
  expect(setCalls()).toEqual([{ type: 'group', id: 7, content, quote_mid: 7 }])
  expect(drafts.news()).toEqual([])
})

test('a box that is emptied is told at once, and not at all where nobody knows of it', async () => {
  const drafts = begin()
  drafts.set('friend50', { text: '好' })
  drafts.set('friend50', { text: '' })
  await settled()
  expect(setCalls()).toEqual([])
  drafts.set('friend50', { text: '好' })
  await settled()
  drafts.set('friend50', { text: '' })
  await settled()
  expect(setCalls().at(-1)).toEqual({ type: 'friend', id: 50, content: '', quote_mid: 0 })
  expect([there.size, drafts.news()]).toEqual([0, []])
})

test('what another device has written stands in the box, and goes from it', async () => {
  const drafts = begin()
  tell('draft', { ...ROW, id: '50' })
  await settled()
  expect(drafts.get('friend50')).toMatchObject({ text: '写到一半', at: 1_700_000_100_000 })
  tell('draft', { ...ROW, id: '50', content: '', quote_mid: 0 })
  await settled()
  expect(drafts.get('friend50')).toBeUndefined()
  expect(setCalls()).toEqual([])
})

test('what another device quotes is read', async () => {
  const drafts = begin()
  tell('draft', { ...ROW, id: '50', content: '', quote_mid: 7 })
  await settled()
  expect(drafts.get('friend50')?.quote).toEqual({ mid: 7, name: '小老鼠', text: '几点？' })
})

test('what is being written here is not overwritten', async () => {
  const drafts = begin()
  drafts.set('friend50', { text: '我先' })
  tell('draft', { ...ROW, id: '50' })
  await settled()
  expect(drafts.get('friend50')?.text).toBe('我先')
  expect(there.get('friend50')).toMatchObject({ content: '我先' })
})

test('what is written while it is being told is told, too', async () => {
  const drafts = begin()
  meanwhile = () => {
    meanwhile = () => {}
    drafts.set('friend50', { text: '一二' })
  }
  drafts.set('friend50', { text: '一' })
  await settled()
  await settled()
  expect(there.get('friend50')).toMatchObject({ content: '一二' })
  expect(drafts.news()).toEqual([])
})

test('a box that is emptied while it is being told is empty everywhere', async () => {
  const drafts = begin()
  meanwhile = () => {
    meanwhile = () => {}
    drafts.set('friend50', { text: '' })
  }
  drafts.set('friend50', { text: '一' })
  await settled()
  await settled()
  expect([there.size, drafts.get('friend50'), drafts.news()]).toEqual([0, undefined, []])
})

test('a connection brings both sides up to date', async () => {
  const first = begin()
  first.set('friend50', { text: '别处会删' })
  first.set('friend51', { text: '这里会清空' })
  await settled()
  // Without a network, and with a page that ends.
  spyOn(client, 'call').mockImplementation((async () => {
    throw new Error('away')
  }) as never)
  first.set('friend51', { text: '' })
  first.set('friend52', { text: '这里新写' })
  await settled()
  there.delete('friend50')
  there.set('friend53', { ...ROW, id: 53, content: '别处新写' })
  spyOn(client, 'call').mockImplementation(answer as never)

  const drafts = begin()
  await connect()
  expect([...drafts.byKey].map(([key, { text }]) => [key, text]).sort()).toEqual([
    ['friend52', '这里新写'],
    ['friend53', '别处新写'],
  ])
  expect([...there.keys()].sort()).toEqual(['friend52', 'friend53'])
  expect(drafts.news()).toEqual([])
})

test('drafts that no server was ever told of stay', async () => {
  storage.setItem('parley:draft:9:friend50', JSON.stringify({ text: '很久以前', at: 1 }))
  const drafts = begin()
  await connect()
  expect(drafts.get('friend50')?.text).toBe('很久以前')
  expect(there.get('friend50')).toMatchObject({ content: '很久以前' })
})
