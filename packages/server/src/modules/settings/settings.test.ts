import { afterEach, beforeEach, expect, test } from 'bun:test'
import { ChatSettings, DEFAULT_SETTINGS, PUBLIC_SETTINGS, PublicSettings } from '@parley/contract'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import { LocalBus } from '../../cluster/index.ts'
import type { Database } from '../../storage/index.ts'
import { Settings } from './settings.ts'

const ORIGIN = 'https://chat.example.com'
const apps = { pusher: { key: 'pusher-key' }, woker: { key: 'woker-key' } }

let temp: TempDatabase
let bus: LocalBus
let settings: Settings
let pushed: { channel: string; event: string; payload: unknown }[]

const newNode = (db: Database = temp.db) =>
  new Settings({
    db,
    invalidations: bus,
    publish: (channel, event, payload) => pushed.push({ channel, event, payload }),
    apps,
  })

beforeEach(async () => {
  temp = await openTempDatabase()
  bus = new LocalBus()
  pushed = []
  settings = newNode()
  await settings.load()
})
afterEach(() => temp.close())

test('an untouched site has the defaults', () => {
  expect(settings.all()).toEqual(DEFAULT_SETTINGS)
  expect(settings.on('private_chat')).toBe(true)
  expect(settings.on('legacy_push')).toBe(false)
  expect(settings.number('revoke_seconds')).toBe(300)
  expect(settings.rate('send')).toEqual({ count: 20, seconds: 1 })
})

test('the public set has every public setting as text, and nothing private', () => {
  const shown = settings.public(ORIGIN)
  expect(PublicSettings.strict().parse(shown)).toEqual(shown)
  expect(Object.keys(shown).sort()).toEqual(
    [...PUBLIC_SETTINGS, 'id', 'appkey', 'pusher_key', 'ws_address', 'sms'].sort(),
  )
  expect(shown).toMatchObject({ id: '2', voice: 'on', audio: 'off', revoke_seconds: '300', sms: 'off' })
  expect(shown).not.toHaveProperty('dirty_words')
})

test('in chats the id is a number and the dirty words are always empty', async () => {
  await settings.change({ dirty_words: 'damn' }, ORIGIN)
  const shown = settings.forChats(ORIGIN)
  expect(ChatSettings.strict().parse(shown)).toEqual(shown)
  expect(shown).toMatchObject({ id: 2, dirty_words: '' })
})

test('the websocket address always names a port', () => {
  const address = (origin: string) => settings.public(origin).ws_address
  expect(address('https://chat.example.com')).toBe('wss://chat.example.com:443')
  expect(address('http://chat.example.com')).toBe('ws://chat.example.com:80')
  expect(address('http://10.0.0.5:6060')).toBe('ws://10.0.0.5:6060')
  expect(address('https://chat.example.com:8443')).toBe('wss://chat.example.com:8443')
  expect(address('http://[::1]:6060')).toBe('ws://[::1]:6060')
})

test('old clients get the woker key when the site says so', async () => {
  expect(settings.public(ORIGIN)).toMatchObject({ appkey: 'pusher-key', pusher_key: 'pusher-key' })
  await settings.change({ legacy_push: 'on' }, ORIGIN)
  expect(settings.public(ORIGIN)).toMatchObject({ appkey: 'woker-key', pusher_key: 'pusher-key' })
})

test('a change is in force at once, outlives a restart and is pushed in full', async () => {
  await settings.change({ add_friend: 'OFF', rate_send: '5/10', group_limit: '50' }, ORIGIN)
  expect(settings.on('add_friend')).toBe(false)
  expect(settings.rate('send')).toEqual({ count: 5, seconds: 10 })
  expect(settings.number('group_limit')).toBe(50)
  expect(pushed).toEqual([{ channel: 'global', event: 'settingChange', payload: settings.forChats(ORIGIN) }])
  expect(settings.forChats(ORIGIN).add_friend).toBe('off')

  const restarted = newNode()
  await restarted.load()
  expect(restarted.all()).toEqual(settings.all())
})

test('other nodes follow', async () => {
  const elsewhere = newNode()
  await elsewhere.load()
  await settings.change({ voice: 'off' }, ORIGIN)
  // Whichever of the two reads comes first, the other one says the same.
  await elsewhere.load()
  expect(elsewhere.on('voice')).toBe(false)
  expect(pushed).toHaveLength(1)
})

test('a note from the bus alone makes a node read anew', async () => {
  await temp.db.write.insertInto('setting').values({ name: 'emoji', value: 'off' }).execute()
  expect(settings.on('emoji')).toBe(true)
  bus.publish('settings', 'another node')
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => (settings.on('emoji') ? setImmediate(look) : resolve())
  look()
  await promise
  expect(settings.on('emoji')).toBe(false)
})

/** The database, each of whose reads does something before it gives its rows. */
function readingWith(before: (read: number) => Promise<void>): Database {
  let reads = 0
  const read = temp.db.read.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      await before(++reads)
      return result
    },
  })
  return { ...temp.db, read }
}

test('a read that hangs keeps nobody waiting, and changes nothing when it comes late', async () => {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const node = newNode(readingWith((read) => (read === 1 ? late : Promise.resolve())))
  const first = node.load()
  await node.change({ voice: 'off' }, ORIGIN)
  expect(node.on('voice')).toBe(false)
  resolve()
  await first
  expect(node.on('voice')).toBe(false)
})

test('what was written is told, also when reading it again fails', async () => {
  const elsewhere = newNode()
  await elsewhere.load()
  const node = newNode(
    readingWith(async (read) => {
      if (read === 1) throw new Error('gone')
    }),
  )
  const { promise: told, resolve } = Promise.withResolvers<unknown>()
  const unsubscribe = bus.subscribe('settings', resolve)
  const change = node.change({ voice: 'off' }, ORIGIN)
  expect(await change.catch((error: Error) => error.message)).toBe('gone')
  await told
  unsubscribe()
  await elsewhere.load()
  expect(elsewhere.on('voice')).toBe(false)

  const { promise: pushedAll, resolve: see } = Promise.withResolvers<void>()
  const look = () => (pushed.length === 0 ? setImmediate(look) : see())
  look()
  await pushedAll
  expect(node.on('voice')).toBe(false)
  expect(pushed).toEqual([{ channel: 'global', event: 'settingChange', payload: node.forChats(ORIGIN) }])
})

test('one wrong value changes nothing', async () => {
  const change = settings.change({ voice: 'off', group_limit: 'many' }, ORIGIN)
  expect(await change.catch((error: unknown) => error)).toMatchObject({
    kind: 'invalid_parameter',
    values: { name: 'group_limit' },
  })
  expect(settings.all()).toEqual(DEFAULT_SETTINGS)
  expect(pushed).toEqual([])
})

test('only what differs from the default is stored', async () => {
  const stored = () => temp.db.read.selectFrom('setting').selectAll().execute()
  await settings.change({ voice: 'off', emoji: 'on' }, ORIGIN)
  expect(await stored()).toEqual([{ name: 'voice', value: 'off' }])
  await settings.change({ voice: 'on' }, ORIGIN)
  expect(await stored()).toEqual([])
})

test('rows that this version does not understand are passed over', async () => {
  await temp.db.write
    .insertInto('setting')
    .values([
      { name: 'from_the_future', value: 'x' },
      { name: 'group_limit', value: 'many' },
      { name: 'voice', value: 'off' },
    ])
    .execute()
  await settings.load()
  expect(settings.all()).toEqual({ ...DEFAULT_SETTINGS, voice: 'off' })
})
