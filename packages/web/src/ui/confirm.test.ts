import { expect, test } from 'bun:test'
import { asked, useConfirm } from './confirm.ts'

test('a question is answered by the person, or with no by the next question', async () => {
  const confirm = useConfirm()
  const first = confirm({ title: 'Leave?', action: 'Leave' })
  const second = confirm({ title: 'Delete?', action: 'Delete', danger: true })
  expect(await first).toBe(false)
  expect(asked.value?.title).toBe('Delete?')
  asked.value?.answer(true)
  expect(await second).toBe(true)
})
