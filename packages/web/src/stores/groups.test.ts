import { beforeEach, expect, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { watch } from 'vue'
import { server } from './chats.fixture.ts'
import { useGroups } from './groups.ts'

const INFO = {
  gid: 7,
  groupname: '读书会',
  remark: '',
  avatar: '',
  uid: 50,
  announcement: '',
  state: 'normal',
}
const RENAMED = { gid: 7, groupname: '读书会二期', avatar: '/new.png' }

/** The groups as `pop/get` tells of them: by what the user calls them. */
const listed = (name: string) => {
  const groups = useGroups()
  groups.learnAll([{ gid: 7, avatar: '', uid: 50, name }] as never)
  return groups
}
const name = () => useGroups().byId.get(7)?.name

/** Resolves when the group is called so. */
const named = (wanted: string) =>
  new Promise<void>((resolve) => {
    const end = watch(name, (now) => {
      if (now !== wanted) return
      end()
      resolve()
    })
  })

beforeEach(() => setActivePinia(createPinia()))

test('a group that was never opened keeps the user’s own name for it when it is renamed', async () => {
  const groups = listed('我们的书')
  server(async () => ({ ...INFO, groupname: '读书会二期', remark: '我们的书' }))
  const read = new Promise<void>((resolve) => {
    watch(
      () => groups.byId.get(7)?.info,
      () => resolve(),
      { flush: 'sync', once: true },
    )
  })
  groups.update(RENAMED)
  expect(name()).toBe('我们的书')
  expect(groups.byId.get(7)?.avatar).toBe('/new.png')
  await read
  expect(name()).toBe('我们的书')
})

test('without such a name it is called what it is called now, opened or not', async () => {
  const groups = listed('读书会')
  server(async () => ({ ...INFO, groupname: '读书会二期' }))
  const known = named('读书会二期')
  groups.update(RENAMED)
  await known
  const calls = server()
  groups.update({ gid: 7, groupname: '读书会三期', avatar: '' })
  expect(name()).toBe('读书会三期')
  expect(calls).toEqual([])
})

/** A server whose answers to an operation wait: each is given by its own `resolve`. */
function answering(...operations: string[]) {
  const waiting: { path: string; resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = []
  server((path) =>
    operations.includes(path)
      ? new Promise((resolve, reject) => waiting.push({ path, resolve, reject }))
      : Promise.resolve([]),
  )
  return waiting
}
/** Resolves when what was answered has been taken in. */
const settled = () => new Promise(setImmediate)
const state = () => useGroups().byId.get(7)?.info?.state

test('what was read while the group changed is read again', async () => {
  const groups = listed('读书会')
  groups.learn({ gid: 7, info: { ...INFO } as never })
  const waiting = answering('group/detail')
  const reading = groups.loadDetail(7)
  await settled()
  groups.update({ gid: 7, groupname: '读书会', avatar: '', state: 'forbidden' })
  waiting[0]!.resolve(INFO)
  await settled()
  expect(state()).toBe('forbidden')
  waiting[1]!.resolve({ ...INFO, state: 'forbidden', announcement: '周五见' })
  await reading
  expect([state(), groups.byId.get(7)?.info?.announcement]).toEqual(['forbidden', '周五见'])
})

test('muting all, and letting all speak at once after it, is not undone by what was read between', async () => {
  const groups = listed('读书会')
  groups.learn({ gid: 7, info: { ...INFO } as never })
  const waiting = answering('group/detail', 'group/forbiddenall')
  const on = groups.silenceAll(7, true)
  const reading = groups.loadDetail(7)
  waiting[0]!.resolve([])
  await on
  await settled()
  expect(waiting.map(({ path }) => path)).toEqual(['group/forbiddenall', 'group/detail'])
  const off = groups.silenceAll(7, false)
  waiting[1]!.resolve({ ...INFO, state: 'forbidden' })
  await settled()
  expect(state()).toBe('normal')
  waiting[2]!.resolve([])
  await off
  await settled()
  waiting[3]!.resolve(INFO)
  await reading
  expect(state()).toBe('normal')
})

test('what is read waits until the last of several changes was answered', async () => {
  const groups = listed('读书会')
  groups.learn({ gid: 7, info: { ...INFO } as never })
  const waiting = answering('group/detail', 'group/forbiddenall')
  const on = groups.silenceAll(7, true)
  const reading = groups.loadDetail(7)
  const off = groups.silenceAll(7, false)
  waiting[0]!.resolve([])
  await on
  await settled()
  expect(waiting.map(({ path }) => path)).toEqual(['group/forbiddenall', 'group/forbiddenall'])
  waiting[1]!.resolve([])
  await off
  await settled()
  waiting[2]!.resolve(INFO)
  await reading
  expect(state()).toBe('normal')
})

test('a name that was given, or a group that was left, while it was read stays so', async () => {
  const groups = listed('读书会')
  groups.learn({ gid: 7, info: { ...INFO } as never })
  const waiting = answering('group/detail')
  const reading = groups.loadDetail(7)
  await settled()
  groups.remarkChanged(7, '我们的书')
  waiting[0]!.resolve(INFO)
  await settled()
  expect(name()).toBe('我们的书')
  groups.forget(7)
  waiting[1]!.resolve({ ...INFO, remark: '我们的书' })
  await settled()
  expect(groups.byId.has(7)).toBe(false)
  waiting[2]!.reject(new Error('不是群成员'))
  await expect(reading).rejects.toThrow('不是群成员')
})
