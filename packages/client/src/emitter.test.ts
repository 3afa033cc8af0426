import { expect, test } from 'bun:test'
import { Emitter } from './emitter.ts'

interface Events {
  told: string
  other: number
}

test('handlers hear what comes under their name, in order, until they end it', () => {
  const emitter = new Emitter<Events>()
  const heard: string[] = []
  const off = emitter.on('told', (text) => heard.push(`a ${text}`))
  emitter.on('told', (text) => heard.push(`b ${text}`))
  emitter.emit('told', '1')
  emitter.emit('other', 5)
  off()
  emitter.emit('told', '2')
  expect(heard).toEqual(['a 1', 'b 1', 'b 2'])
})

test('a handler that is given twice is called twice, and ended once', () => {
  const emitter = new Emitter<Events>()
  let count = 0
  const handler = () => count++
  const off = emitter.on('told', handler)
  emitter.on('told', handler)
  off()
  emitter.emit('told', '')
  expect(count).toBe(1)
})

test('a handler that throws harms nobody else, and its error is seen', async () => {
  const script = `
    const { Emitter } = await import(${JSON.stringify(import.meta.resolve('./emitter.ts'))})
    process.on('uncaughtException', ({ message }) => process.stdout.write('seen: ' + message))
    const emitter = new Emitter()
    emitter.on('told', () => { throw new Error('oops') })
    emitter.on('told', () => process.stdout.write('heard, '))
    emitter.emit('told', '')`
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' })
  expect(await new Response(child.stdout).text()).toBe('heard, seen: oops')
})
