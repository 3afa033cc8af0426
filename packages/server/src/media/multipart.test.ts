import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@parley/contract'
import { type MultipartForm, type MultipartOptions, receiveMultipart } from './multipart.ts'

const MIB = 1024 * 1024
let directory: string
let server: ReturnType<typeof Bun.serve>
let options: MultipartOptions
/** Settles with what became of the next request, also when nobody is left to answer. */
let outcome: PromiseWithResolvers<MultipartForm | AppError>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-multipart-'))
  server = Bun.serve({
    port: 0,
    maxRequestBodySize: 1024 * MIB,
    async fetch(request) {
      try {
        const form = await receiveMultipart(request, options)
        outcome.resolve(form)
        return Response.json({ fields: form.fields, name: form.file?.name, size: form.file?.size })
      } catch (error) {
        outcome.resolve(error as AppError)
        return Response.json({ error: error instanceof AppError ? error.kind : String(error) })
      }
    },
  })
})

afterAll(async () => {
  await server.stop(true)
  await rm(directory, { recursive: true })
})

beforeEach(async () => {
  for (const name of await readdir(directory)) await rm(join(directory, name))
  outcome = Promise.withResolvers()
  options = { fileField: 'file', maxFileBytes: MIB, maxFieldBytes: 1000, maxFields: 5, directory }
})

const post = async (body: BodyInit, contentType?: string): Promise<Record<string, unknown>> => {
  const headers = contentType === undefined ? undefined : { 'Content-Type': contentType }
  const answer = await fetch(server.url, { method: 'POST', body, headers })
  return (await answer.json()) as Record<string, unknown>
}

const TYPE = 'multipart/form-data; boundary=XX'
/** A body of raw parts: each is its headers and its content. */
const raw = (...parts: Array<[headers: string, content: string | Uint8Array]>): Uint8Array<ArrayBuffer> =>
  Buffer.concat([
    ...parts.flatMap(([headers, content]) => [
      Buffer.from(`--XX\r\n${headers}\r\n\r\n`),
      Buffer.from(content as string),
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--XX--\r\n'),
  ]) as Uint8Array<ArrayBuffer>
const FILE = 'Content-Disposition: form-data; name="file"; filename="a.txt"'

async function failure(): Promise<AppError> {
  const result = await outcome.promise
  expect(result).toBeInstanceOf(AppError)
  expect(await readdir(directory)).toEqual([])
  return result as AppError
}

test('a form arrives with its fields in order and its file on disk, readable by nobody else', async () => {
  const form = new FormData()
  form.append('members[]', '1')
  form.append('file', new File(['hello 世界'], '报告.txt'))
  form.append('members[]', '2')
  form.append('say', '你好 \u{1f600}\ufffd')
  expect(await post(form)).toEqual({
    fields: [
      ['members[]', '1'],
      ['members[]', '2'],
      ['say', '你好 \u{1f600}\ufffd'],
    ],
    name: '报告.txt',
    size: 12,
  })
  const { file } = (await outcome.promise) as MultipartForm
  expect(await Bun.file(file!.path).text()).toBe('hello 世界')
  expect((await stat(file!.path)).mode & 0o777).toBe(0o600)
  await file!.discard()
  await file!.discard()
  expect(await readdir(directory)).toEqual([])
})

test('a form without a file is read where none is expected', async () => {
  options = { ...options, fileField: undefined }
  const form = new FormData()
  form.append('a', 'b')
  expect(await post(form)).toEqual({ fields: [['a', 'b']] })
  form.append('file', new File(['x'], 'x'))
  outcome = Promise.withResolvers()
  expect(await post(form)).toEqual({ error: 'invalid_parameter' })
})

test('the empty body of a form with no fields at all is fine where no file is expected', async () => {
  options = { ...options, fileField: undefined }
  expect(await post('--XX--\r\n', TYPE)).toEqual({ fields: [] })
})

test('the file may be without a name or a type of its own', async () => {
  const body = raw(['Content-Disposition: form-data; name="file"', 'plain'])
  expect(await post(body, TYPE)).toMatchObject({ name: 'file', size: 5 })
})

test.each([
  ['filename="%E8%AF%AD%E9%9F%B3.wav"', '语音.wav'],
  [`filename*=utf-8''%E6%8A%A5.txt`, '报.txt'],
  ['filename="C:\\dir\\x.png"', 'x.png'],
  ['filename="..%2F..%2Fetc%2Fpasswd"', 'passwd'],
  ['filename="100%.png"', '100%.png'],
])('the file name %s is taken as %s', async (disposition, name) => {
  const body = raw([`Content-Disposition: form-data; name="file"; ${disposition}`, 'x'])
  expect(await post(body, TYPE)).toMatchObject({ name })
})

test('a missing file names the parameter', async () => {
  const form = new FormData()
  form.append('a', 'b')
  await post(form)
  expect(await failure()).toMatchObject({ kind: 'missing_parameter', values: { name: 'file' } })
})

test('a file input left empty counts as missing', async () => {
  const empty =
    'Content-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream'
  await post(raw([empty, '']), TYPE)
  expect(await failure()).toMatchObject({ kind: 'missing_parameter' })
})

test('an empty file with a name is a file', async () => {
  expect(await post(raw([FILE, '']), TYPE)).toMatchObject({ name: 'a.txt', size: 0 })
})

test('a file of exactly the limit passes, one byte more does not and says the limit', async () => {
  expect(await post(raw([FILE, new Uint8Array(MIB)]), TYPE)).toMatchObject({ size: MIB })
  for (const name of await readdir(directory)) await rm(join(directory, name))
  outcome = Promise.withResolvers()
  expect(await post(raw([FILE, new Uint8Array(MIB + 1)]), TYPE)).toEqual({ error: 'too_large' })
  expect(await failure()).toMatchObject({ values: { limit: '1 MB' } })
})

test('a body whose announced length cannot fit is refused before it is read', async () => {
  expect(await post(new Uint8Array(20 * MIB), TYPE)).toEqual({ error: 'too_large' })
  await failure()
})

test('a chunked body that grows past the limit is cut off, and the client still gets the answer', async () => {
  const piece = new Uint8Array(MIB)
  let sent = 0
  const body = new ReadableStream({
    pull(controller) {
      if (sent === 0) controller.enqueue(Buffer.from(`--XX\r\n${FILE}\r\n\r\n`))
      if (sent++ === 12) controller.close()
      else controller.enqueue(piece)
    },
  })
  expect(await post(body, TYPE)).toEqual({ error: 'too_large' })
  await failure()
})

test('a second file and a file under another name are refused', async () => {
  expect(await post(raw([FILE, 'a'], [FILE, 'b']), TYPE)).toEqual({ error: 'invalid_parameter' })
  await failure()
  outcome = Promise.withResolvers()
  const other = 'Content-Disposition: form-data; name="other"; filename="b"'
  expect(await post(raw([FILE, 'a'], [other, 'b'.repeat(300_000)]), TYPE)).toEqual({
    error: 'invalid_parameter',
  })
  expect(await failure()).toMatchObject({ values: { name: 'other' } })
})

const field = (name: string) => `Content-Disposition: form-data; name="${name}"`
test.each<[string, Uint8Array<ArrayBuffer>, string]>([
  ['broken UTF-8', raw([FILE, 'x'], [field('a'), new Uint8Array([0xc3, 0x28])]), 'bad_request'],
  ['a field that is too long', raw([FILE, 'x'], [field('a'), 'a'.repeat(1001)]), 'too_large'],
  [
    'fields that are too long together',
    raw([FILE, 'x'], [field('a'), 'a'.repeat(600)], [field('b'), 'b'.repeat(600)]),
    'too_large',
  ],
  [
    'too many fields',
    raw([FILE, 'x'], ...Array.from({ length: 6 }, () => [field('a'), 'a'] as [string, string])),
    'bad_request',
  ],
  [
    'a great many parts',
    raw(...Array.from({ length: 500 }, () => [field('a'), 'a'] as [string, string])),
    'bad_request',
  ],
  ['a part without a name', raw([FILE, 'x'], ['Content-Disposition: form-data', 'a']), 'bad_request'],
  ['a name with a NUL', raw([FILE, 'x'], [field('a\0'), 'a']), 'bad_request'],
  ['a name in broken UTF-8', raw([FILE, 'x'], [field('\ufffd'), 'a']), 'bad_request'],
  [
    'parts with unreadable headers only',
    raw(['Content-Disposition form-data name=file', 'a']),
    'missing_parameter',
  ],
  ['a header without end', Buffer.from(`--XX\r\n${FILE}${'x'.repeat(100_000)}`), 'bad_request'],
  ['no closing boundary', Buffer.from(`--XX\r\n${FILE}\r\n\r\nabc`), 'upload_failed'],
  ['another boundary', Buffer.from(raw([FILE, 'x']).toString().replaceAll('XX', 'YY')), 'bad_request'],
  ['nothing', Buffer.from(''), 'upload_failed'],
  ['noise', Buffer.from('\r\n--\r\n--XX'), 'bad_request'],
])('%s: an error of the contract, and nothing is left behind', async (_, body, kind) => {
  expect((await post(body, TYPE)).error as string).toBe(kind)
  await failure()
})

test.each([
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; charset=utf-8',
  'multipart/mixed; boundary=XX',
])('the content type %s is a bad request', async (type) => {
  expect(await post(raw([FILE, 'x']), type)).toEqual({ error: 'bad_request' })
  await failure()
})

test('every way of cutting a body short ends in an error of the contract', async () => {
  const whole = raw([field('a'), 'b'], [FILE, 'content\r\n--X'], [field('c'), 'd'])
  for (let length = 0; length < whole.length - 4; length++) {
    outcome = Promise.withResolvers()
    const { error } = await post(whole.slice(0, length), TYPE)
    expect([length, ['bad_request', 'upload_failed'].includes(error as string)]).toEqual([length, true])
    await failure()
  }
})

test('any split into chunks gives the same form', async () => {
  const whole = raw([field('a'), '世界'], [FILE, 'content\r\n--X\r\n--XY'], [field('c'), 'd'])
  for (let at = 1; at < whole.length; at += 3) {
    outcome = Promise.withResolvers()
    const pieces = [whole.slice(0, at), whole.slice(at)]
    const body = new ReadableStream({ pull: (c) => (pieces.length ? c.enqueue(pieces.shift()) : c.close()) })
    const request = new Request('http://x/', { method: 'POST', body, headers: { 'Content-Type': TYPE } })
    const form = await receiveMultipart(request, options)
    expect(form.fields).toEqual([
      ['a', '世界'],
      ['c', 'd'],
    ])
    expect(await Bun.file(form.file!.path).text()).toBe('content\r\n--X\r\n--XY')
  }
})

test('a disk that takes nothing is not the client’s fault', async () => {
  options = { ...options, directory: join(directory, 'absent') }
  const form = new FormData()
  form.append('file', new File(['x'.repeat(100_000)], 'a.txt'))
  expect(await post(form)).toEqual({ error: 'unavailable' })
})

test('a client that goes away in the middle leaves no file', async () => {
  const socket = connect(server.port!, '127.0.0.1')
  const head = `--XX\r\n${FILE}\r\n\r\n`
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${TYPE}\r\nContent-Length: 900000\r\n\r\n${head}`)
  socket.write(Buffer.alloc(200_000))
  while ((await readdir(directory)).length === 0) await new Promise(setImmediate)
  socket.destroy()
  expect(await failure()).toMatchObject({ kind: 'upload_failed' })
})

/** Takes in one form in a process of its own and tells how its memory grew. */
const LONE_SERVER = `
  import { receiveMultipart } from ${JSON.stringify(join(import.meta.dir, 'multipart.ts'))}
  const [directory] = process.argv.slice(1)
  const peak = () => process.resourceUsage().maxRSS / 1024
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      const before = peak()
      const limits = { fileField: 'file', maxFileBytes: 2 ** 30, maxFieldBytes: 1000, maxFields: 5, directory }
      const { file } = await receiveMultipart(request, limits)
      await file.discard()
      return Response.json({ size: file.size, grownMib: peak() - before })
    },
  })
  console.log(server.port)
`

test('100 MB pass through without being held in memory', async () => {
  const lone = Bun.spawn([process.execPath, '-e', LONE_SERVER, directory], { stdout: 'pipe' })
  try {
    const { value } = await lone.stdout.getReader().read()
    const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`
    const send = async (mib: number) => {
      const body = new FormData()
      body.append('file', new File([new Uint8Array(mib * MIB)], 'big'))
      const answer = await fetch(url, { method: 'POST', body })
      return (await answer.json()) as { size: number; grownMib: number }
    }
    // The first request pays for loading code.
    await send(1)
    const { size, grownMib } = await send(100)
    expect(size).toBe(100 * MIB)
    expect(grownMib).toBeLessThan(50)
  } finally {
    lone.kill()
    await lone.exited
  }
}, 300_000)
