import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Envelope, OPERATIONS, type OperationSpec } from '@parley/contract'
import fc from 'fast-check'
import type { z } from 'zod'
import { type Listener, startSite, type TestSite, type TestUser } from './harness.ts'

/*
 * Every operation, called with what nobody would think of, through every door: whatever comes is answered in the
 * envelope, nothing is an internal error, and the server goes on. A failure prints the seed that brings it back.
 */

const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101)
/** Longer ones are refused by the runtime (431). */
const QUERY_CHARACTERS_MAX = 8000
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 1500)

let site: TestSite
let people: TestUser[]
let sockets: Listener[]

beforeAll(async () => {
  site = await startSite({ settings: { image_megabytes: '1', file_megabytes: '1' } })
  people = await site.users(4)
  const [owner, friend, stranger, member] = people as [TestUser, TestUser, TestUser, TestUser]
  await site.services.users.update(member.uid, { is_member: 1 })
  await site.befriend(owner, friend)
  await site.group(owner, friend, member)
  await site.as(stranger).ok('friend/apply', { friend_uid: owner.uid })
  await site.as(owner).ok('message/send', { to: friend.uid, type: 'friend', content: 'hello' })
  sockets = await Promise.all([undefined, ...people].map((user) => site.listen(user, 'global')))
})
afterAll(() => site.close())

/** Puts right what an earlier call has done to the caller: ended the session, disabled the account. */
async function ready(who: number): Promise<void> {
  const user = people[who - 1]
  const { sessions, users } = site.services
  if (!user || (await sessions.identify(user.token))) return
  await users.update(user.uid, { account_state: 'normal' })
  user.token = await sessions.start(user.uid, { device: 'test', address: '127.0.0.1' })
  sockets[who] = await site.listen(user, 'global')
}

/** Ids that exist, and numbers that are none. */
const NUMBERS = [
  ...[1, 2, 3, 4, 0, -1, -0, 1.5, 1e21, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 63, -(2 ** 63)],
  ...['1', '2', '3', ' 4 ', '01', '-1', '+1', '1e3', '0x10', '１', '99999999999999999999', 'NaN', 'Infinity'],
]
const TEXTS = [
  ...['', ' ', '0', 'x', '汉字', '😀'.repeat(40), 'e\u0301'.repeat(99), '\u202eabc', '\u0000', '\ud800'],
  ...['\uFFFD', "';drop table user;--", '%', '_%', '<script>', '../../etc/passwd', '{"a":1}', '[', '[1]'],
  ...['file[a\tb](/x)', '![x](javascript:1)', '//host/a', '/upload/images/1/../../x', 'x'.repeat(30_000)],
  ...['friend', 'group', 'on', 'off', 'chatting', 'hidden', 'disabled', 'private-group-1', '1.2', 'mine'],
  ...['register', 'forget', 'retrieve', '13800000000', '123456', 'secret1'],
]
const OTHERS = [true, false, null, {}, { a: [] }, [], [[]], [{}], [1, 2], ['1', 'x'], Array(600).fill(1)]
const POOL: unknown[] = [...NUMBERS, ...TEXTS, ...OTHERS]
const odd = fc.oneof(fc.constantFrom(...POOL), fc.string({ maxLength: 20 }))

/** Mostly what a parameter may be, sometimes anything: only so do calls get past the first check. */
function likelyValue(field: z.ZodType): fc.Arbitrary<unknown> {
  const likely = POOL.filter((value) => field.safeParse(value).success)
  if (likely.length === 0) return odd
  return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...likely) }, { weight: 1, arbitrary: odd })
}

/** Parameters for an operation: its own, and some that it does not have. */
function parametersOf({ input }: OperationSpec): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(input.shape as Record<string, z.ZodType>)
  const required = fields.filter(([, field]) => !field.safeParse(undefined).success).map(([name]) => name)
  const model: Record<string, fc.Arbitrary<unknown>> = { lang: odd, constructor: odd }
  for (const [name, field] of fields) model[name] = likelyValue(field)
  return fc.record(model, { requiredKeys: required })
}

const specs = new Map(OPERATIONS.map((spec) => [spec.path, spec]))
/** Not these: they would end the callers' sessions, or change the site's rules half way. */
const SPARED = new Set(['login/logout', 'login/end', 'admin/setsettings'])

const calls = fc.constantFrom(...[...specs.keys()].filter((path) => !SPARED.has(path))).chain((path) =>
  fc.record({
    path: fc.constant(path),
    parameters: parametersOf(specs.get(path)!),
    who: fc.nat(4),
    door: fc.constantFrom('json', 'form', 'multipart', 'query', 'bytes', 'socket'),
    loginUid: fc.option(odd, { nil: undefined, freq: 2 }),
    bytes: fc.uint8Array({ maxLength: 200 }),
  }),
)
type CallCase = typeof calls extends fc.Arbitrary<infer Case> ? Case : never

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** Name and value of each field of a form. */
const pairsOf = (parameters: Record<string, unknown>): Array<[string, string]> =>
  Object.entries(parameters).flatMap(([name, value]): Array<[string, string]> => {
    if (!Array.isArray(value)) return [[name, textOf(value).toWellFormed()]]
    return value.map((item, index) => [`${name}[${index % 2 ? index : ''}]`, textOf(item).toWellFormed()])
  })

function bodyOf({ path, parameters, door, bytes }: CallCase): { body: BodyInit; type?: string } {
  const pairs = pairsOf(parameters)
  if (door === 'json') return { body: JSON.stringify(parameters), type: 'application/json' }
  if (door === 'bytes') return { body: bytes as Uint8Array<ArrayBuffer>, type: 'application/json' }
  const field = specs.get(path)!.file
  if (door !== 'multipart' && !field) return { body: new URLSearchParams(pairs) }
  const form = new FormData()
  for (const [name, value] of pairs) form.append(name, value)
  if (field) form.append(field, new File([bytes as Uint8Array<ArrayBuffer>], 'a.png'))
  return { body: form }
}

async function overHttp(call: CallCase): Promise<Response> {
  const { path, parameters, who, door, loginUid } = call
  const user = people[who - 1]
  const asSite = loginUid !== undefined
  const proof: Record<string, string> = asSite
    ? { 'x-api-key': site.key }
    : user
      ? { cookie: `parley_session=${user.token}` }
      : {}
  const address = `${site.url}/${asSite ? 'api' : 'web'}/${path}`
  const named: Record<string, unknown> = asSite ? { ...parameters, login_uid: loginUid } : parameters
  if (door === 'query') {
    const query = String(new URLSearchParams(pairsOf(named))).slice(0, QUERY_CHARACTERS_MAX)
    return fetch(`${address}?${query}`, { headers: proof, method: specs.get(path)!.method })
  }
  const { body, type } = bodyOf({ ...call, parameters: named })
  return fetch(address, {
    method: 'POST',
    body,
    headers: { ...proof, ...(type ? { 'content-type': type } : {}) },
  })
}

async function overSocket({ path, parameters, who }: CallCase): Promise<Envelope> {
  const socket = sockets[who]!
  socket.send('parley:call', { id: 1, path, params: parameters })
  return socket.next('parley:result')
}

function check({ code, msg, data }: Envelope): void {
  expect(Number.isInteger(code)).toBe(true)
  expect(typeof msg).toBe('string')
  expect(data).toBeDefined()
  expect(msg).not.toMatch(/服务器错误|Server error/)
}

test('no call, however odd, is an internal error', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async (call) => {
      await ready(call.who)
      if (call.door === 'socket') return check(await overSocket(call))
      const response = await overHttp(call)
      expect([200, 405]).toContain(response.status)
      const isJson = response.headers.get('content-type')?.startsWith('application/json')
      if (!isJson) {
        expect(specs.get(call.path)!.answer).toBe('binary')
        return void (await response.arrayBuffer())
      }
      const answer = (await response.json()) as Envelope
      if (specs.get(call.path)!.answer !== 'bare' || 'code' in answer) check(answer)
    }),
    { seed: SEED, numRuns: ROUNDS, endOnFailure: true },
  )
  expect(await (await fetch(`${site.url}/healthz`)).json()).toEqual({ status: 'ok', failing: [] })
  const [somebody] = await site.users(1)
  expect(await site.as(somebody!).code('pop/get')).toBe(0)
}, 300_000)

test('no frame, however odd, closes another’s socket or the server', async () => {
  const nasty = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record(
      {
        event: fc.oneof(
          odd,
          fc.constantFrom('pusher:subscribe', 'pusher:unsubscribe', 'client-x', 'parley:call', 'woker:ping'),
        ),
        channel: odd,
        data: fc.oneof(odd, fc.record({ channel: odd, auth: odd, channel_data: odd, id: odd })),
      },
      { requiredKeys: [] },
    ),
  )
  await Promise.all([ready(1), ready(2)])
  const victim = await site.listen(people[0], `user-${people[0]!.uid}`)
  const attacker = await site.listen(people[1])
  fc.assert(
    fc.property(nasty, (frame) => {
      attacker.socket.send(typeof frame === 'string' ? frame : (JSON.stringify(frame) ?? ''))
    }),
    { seed: SEED, numRuns: 500 },
  )
  await attacker.barrier()
  await site.api(people[1]).ok('message/send', { to: people[0]!.uid, type: 'friend', content: 'still here' })
  expect((await victim.next('message')).content).toBe('still here')
})
