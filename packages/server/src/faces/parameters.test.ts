import { expect, test } from 'bun:test'
import { AppError } from '@parley/contract'
import { bodyParameters } from './parameters.ts'

const kindOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error) => (error instanceof AppError ? error.kind : String(error)),
  )

test.each<Record<string, string>>([{}, { 'content-length': '9' }])(
  'a caller who hangs up half-way is no failure of the server: %j',
  async (headers) => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('content=')),
      pull: (controller) => controller.error(new Error('The connection was closed.')),
    })
    const request = new Request('http://site/', { method: 'POST', body, headers })
    expect(await kindOf(bodyParameters(request))).toBe('bad_request')
  },
)
