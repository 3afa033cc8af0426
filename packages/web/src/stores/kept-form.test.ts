import { beforeEach, expect, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { nextTick, reactive } from 'vue'
import { storage } from '@/browser/page.fixture.ts'
import { keepForm } from './kept-form.ts'
import { useSession } from './session.ts'

const KEY = 'parley:form:9:announcement:7'

/** The dialog is opened: what it asks for, and what forgets it. */
function opened(subject = 'announcement:7', text = '旧公告') {
  const form = reactive({ text })
  return { form, forget: keepForm(subject, form) }
}

async function write(form: { text: string }, text: string): Promise<void> {
  form.text = text
  await nextTick()
}

beforeEach(() => {
  storage.removeItem(KEY)
  setActivePinia(createPinia())
})

test('what was written is there when the page was loaded anew', async () => {
  await write(opened().form, '周四开会')
  expect(opened().form.text).toBe('周四开会')
})

test('what was changed elsewhere meanwhile is shown instead', async () => {
  await write(opened().form, '周四开会')
  expect(opened('announcement:7', '新公告').form.text).toBe('新公告')
})

test('it belongs to its subject and its account', async () => {
  await write(opened().form, '周四开会')
  expect(opened('announcement:8').form.text).toBe('旧公告')
  useSession().uid = 10
  expect(opened().form.text).toBe('旧公告')
})

test('saved or discarded, or as it was before, it is kept no more', async () => {
  const { form, forget } = opened()
  await write(form, '周四开会')
  forget()
  expect(opened().form.text).toBe('旧公告')
  await write(form, '周五开会')
  expect(storage.getItem(KEY)).toBe(null)
  const again = opened()
  await write(again.form, '周五开会')
  await write(again.form, '旧公告')
  expect(storage.getItem(KEY)).toBe(null)
})

test('neither what cannot be read nor a full storage is in the way', async () => {
  storage.setItem(KEY, '{"text":')
  const { form } = opened()
  expect(form.text).toBe('旧公告')
  storage.full = true
  try {
    await write(form, '周四开会')
  } finally {
    storage.full = false
  }
  expect(form.text).toBe('周四开会')
})
