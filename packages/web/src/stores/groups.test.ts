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
