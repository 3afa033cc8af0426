import { afterEach, expect, test } from 'bun:test'
import { act, expire, expireAll, toasts, useToasts } from './toasts.ts'

afterEach(expireAll)

test('an act that is taken back is not done', () => {
  const log: string[] = []
  useToasts().undo('gone', () => log.push('undo'), { seconds: 7, done: () => log.push('done') })
  const toast = toasts[0]!
  expect(toast.ms).toBe(7000)
  act(toast)
  expire(toast)
  expect(log).toEqual(['undo'])
  expect(toasts).toHaveLength(0)
})

test('an act is done once when its time is over or the page is left', () => {
  const log: string[] = []
  useToasts().undo('gone', () => log.push('undo'), { done: () => log.push('done') })
  const toast = toasts[0]!
  expireAll()
  expire(toast)
  act(toast)
  expect(log).toEqual(['done'])
})

test('a fourth toast ends the first, which does its act', () => {
  const log: string[] = []
  const { say, undo } = useToasts()
  undo('first', () => {}, { done: () => log.push('first') })
  say('2')
  say('3')
  expect(log).toEqual([])
  say('4')
  expect(log).toEqual(['first'])
  expect(toasts.map((toast) => toast.text)).toEqual(['2', '3', '4'])
})

test('what failed can be tried again, for long enough to read why', () => {
  const log: string[] = []
  useToasts().retry('no network', () => log.push('again'))
  const toast = toasts[0]!
  expect(toast.ms).toBeGreaterThanOrEqual(8000)
  act(toast)
  act(toast)
  expect(log).toEqual(['again'])
})
