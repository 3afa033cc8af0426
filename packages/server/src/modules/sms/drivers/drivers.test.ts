import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { inspect } from 'node:util'
import { AppError } from '@parley/contract'
import type { AliyunSms, SmsConfig, TencentSms } from '../../../config.ts'
import { setLogLevel } from '../../../log.ts'
import { createAliyunDriver } from './aliyun.ts'
import { maskPhone, SmsFailure, type SmsMessage } from './driver.ts'
import { createSmsDriver } from './index.ts'
import { createTencentDriver } from './tencent.ts'
import { createWebhookDriver } from './webhook.ts'

/*
 * A local server plays the provider. It takes the raw request apart and computes the signature again by itself, from
 * what really came over the wire.
 */

interface Received {
  method: string
  url: URL
  headers: Headers
  body: string
}

const message: SmsMessage = { phone: '13800001234', code: '483920', type: 'register' }

let server: ReturnType<typeof Bun.serve>
let received: Received[]
let answer: (request: Received) => Response | Promise<Response>

beforeAll(() => {
  setLogLevel('silent')
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const { method, headers } = request
      const one = { method, url: new URL(request.url), headers, body: await request.text() }
      received.push(one)
      return answer(one)
    },
  })
})
afterAll(() => {
  setLogLevel('info')
  return server.stop(true)
})
beforeEach(() => {
  received = []
  answer = () => new Response('ok')
})
afterEach(() => expect(received.length).toBeLessThanOrEqual(1))

const origin = () => server.url.origin

function only(): Received {
  const [one] = received
  if (!one) throw new Error('the provider was not called')
  return one
}

const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex')
const hmac = (key: string | Uint8Array, text: string) =>
  new Bun.CryptoHasher('sha256', key).update(text).digest()
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Name and value pairs of an Authorization header. */
function authorizationOf({ headers }: Received) {
  const [scheme, rest = ''] = (headers.get('authorization') ?? '').split(/ (.*)/)
  const parts = Object.fromEntries(rest.split(/, ?/).map((part) => part.split(/=(.*)/)))
  return { scheme, credential: parts.Credential, signed: String(parts.SignedHeaders).split(';'), ...parts }
}

/** The canonical request of both schemes, from the wire. */
function canonicalOf({ method, url, headers, body }: Received, signed: string[], lower: boolean): string {
  const lines = signed.map((name) => {
    const value = headers.get(name) ?? ''
    return `${name}:${lower ? value.toLowerCase() : value}\n`
  })
  const query = url.search.slice(1).split('&').sort().join('&')
  return `${method}\n${url.pathname}\n${query}\n${lines.join('')}\n${signed.join(';')}\n${sha256(body)}`
}

async function failureOf(sending: Promise<void>): Promise<SmsFailure> {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SmsFailure)) throw new Error(`not a failure: ${inspect(error)}`)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(message.code)
  return error
}

describe('webhook', () => {
  test('posts phone, code and type as JSON', async () => {
    answer = () => new Response(null, { status: 204 })
    await createWebhookDriver(`${origin()}/sms?site=1`).send(message)
    expect(only().method).toBe('POST')
    expect(only().url.pathname + only().url.search).toBe('/sms?site=1')
    expect(only().headers.get('content-type')).toStartWith('application/json')
    expect(JSON.parse(only().body)).toEqual({ phone: '13800001234', code: '483920', type: 'register' })
  })

  test.each([400, 500, 302])('an answer of %d is a failure', async (status) => {
    answer = () => new Response('483920', { status, headers: { Location: `${origin()}/elsewhere` } })
    const failure = await failureOf(createWebhookDriver(origin()).send(message))
    expect(failure).toMatchObject({ reason: 'refused', providerCode: String(status) })
  })

  test('no answer in time is a failure', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    answer = () => promise
    const failure = await failureOf(createWebhookDriver(origin(), 50).send(message))
    expect(failure).toMatchObject({ reason: 'unreachable', providerMessage: 'no answer within 50 ms' })
    resolve(new Response('late'))
  })

  test('nobody listening is a failure', async () => {
    const failure = await failureOf(createWebhookDriver('http://127.0.0.1:1/?key=483920').send(message))
    expect(failure).toMatchObject({ reason: 'unreachable', providerMessage: 'no connection' })
  })
})

describe('aliyun', () => {
  const config = (): AliyunSms => ({
    accessKeyId: 'testId',
    accessKeySecret: 'testSecret',
    sign: "阿里云 (测试)*~'",
    template: 'SMS_71390007',
    endpoint: origin(),
  })

  test('sends SendSms with a signature that its receiver finds right', async () => {
    answer = () => Response.json({ Code: 'OK', Message: 'OK', BizId: '1^0', RequestId: 'R' })
    await createAliyunDriver(config()).send({ ...message, phone: '+8613800001234' })
    const request = only()
    expect(request.method).toBe('POST')
    expect(Object.fromEntries(request.url.searchParams)).toEqual({
      PhoneNumbers: '8613800001234',
      SignName: "阿里云 (测试)*~'",
      TemplateCode: 'SMS_71390007',
      TemplateParam: '{"code":"483920"}',
    })
    expect(request.headers.get('x-acs-action')).toBe('SendSms')
    expect(request.headers.get('x-acs-version')).toBe('2017-05-25')
    expect(request.headers.get('x-acs-content-sha256')).toBe(sha256(request.body))
    expect(request.headers.get('x-acs-date')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Math.abs(Date.parse(request.headers.get('x-acs-date') ?? '') - Date.now())).toBeLessThan(60_000)
    const { scheme, credential, signed, Signature } = authorizationOf(request)
    expect(scheme).toBe('ACS3-HMAC-SHA256')
    expect(credential).toBe('testId')
    // Every x-acs-* header that is sent must be signed.
    const sent = [...request.headers.keys()].filter((name) => name.startsWith('x-acs-') || name === 'host')
    expect(signed).toEqual(sent.sort())
    const canonical = canonicalOf(request, signed, false)
    expect(Signature).toBe(hex(hmac('testSecret', `ACS3-HMAC-SHA256\n${sha256(canonical)}`)))
  })

  test('each message has a nonce of its own', async () => {
    answer = () => Response.json({ Code: 'OK' })
    await createAliyunDriver(config()).send(message)
    const first = received.pop()?.headers.get('x-acs-signature-nonce')
    await createAliyunDriver(config()).send(message)
    expect(only().headers.get('x-acs-signature-nonce')).not.toBe(first ?? null)
  })

  test.each([
    [200, 'isv.BUSINESS_LIMIT_CONTROL', 'limited'],
    [200, 'isv.MOBILE_NUMBER_ILLEGAL', 'phone'],
    [200, 'isv.AMOUNT_NOT_ENOUGH', 'account'],
    [200, 'isv.SMS_SIGNATURE_ILLEGAL', 'template'],
    [200, 'isv.UNHEARD_OF', 'refused'],
    [404, 'InvalidAccessKeyId.NotFound', 'credentials'],
    [400, 'SignatureDoesNotMatch', 'credentials'],
  ] as const)('HTTP %d %s is %s', async (status, Code, reason) => {
    answer = () => Response.json({ Code, Message: 'because {"code":"483920"}', RequestId: 'R' }, { status })
    const failure = await failureOf(createAliyunDriver(config()).send(message))
    expect(failure).toMatchObject({
      reason,
      providerCode: Code,
      providerMessage: 'because {"code":"******"}',
    })
  })

  test('an answer that is not JSON is a failure, whatever its status', async () => {
    for (const status of [200, 502]) {
      answer = () => new Response('<html>', { status })
      const failure = await failureOf(createAliyunDriver(config()).send(message))
      expect(failure).toMatchObject({ reason: 'refused', providerCode: String(status) })
      received = []
    }
  })
})

describe('tencent', () => {
  const config = (): TencentSms => ({
    secretId: 'testId',
    secretKey: 'testKey',
    appId: '1400006666',
    sign: '腾讯云',
    template: '449739',
    region: 'ap-guangzhou',
    endpoint: origin(),
  })
  const statusAnswer =
    (Code: string, Message = '') =>
    () =>
      Response.json({ Response: { SendStatusSet: [{ SerialNo: '1', Code, Message }], RequestId: 'R' } })

  test('sends SendSms with a signature that its receiver finds right', async () => {
    answer = statusAnswer('Ok', 'send success')
    await createTencentDriver(config()).send(message)
    const request = only()
    expect(request.method).toBe('POST')
    expect(request.url.pathname + request.url.search).toBe('/')
    expect(JSON.parse(request.body)).toEqual({
      PhoneNumberSet: ['+8613800001234'],
      SmsSdkAppId: '1400006666',
      SignName: '腾讯云',
      TemplateId: '449739',
      TemplateParamSet: ['483920'],
    })
    expect(request.headers.get('x-tc-action')).toBe('SendSms')
    expect(request.headers.get('x-tc-version')).toBe('2021-01-11')
    expect(request.headers.get('x-tc-region')).toBe('ap-guangzhou')
    const timestamp = request.headers.get('x-tc-timestamp') ?? ''
    expect(Math.abs(Number(timestamp) * 1000 - Date.now())).toBeLessThan(60_000)
    const day = new Date(Number(timestamp) * 1000).toISOString().slice(0, 10)
    const { scheme, credential, signed, Signature } = authorizationOf(request)
    expect(scheme).toBe('TC3-HMAC-SHA256')
    expect(credential).toBe(`testId/${day}/sms/tc3_request`)
    expect(signed).toEqual(['content-type', 'host', 'x-tc-action'])
    const canonical = canonicalOf(request, signed, true)
    const text = `TC3-HMAC-SHA256\n${timestamp}\n${day}/sms/tc3_request\n${sha256(canonical)}`
    const key = hmac(hmac(hmac('TC3testKey', day), 'sms'), 'tc3_request')
    expect(Signature).toBe(hex(hmac(key, text)))
  })

  test.each([
    ['+12025550123', '+12025550123'],
    ['8613800001234', '+8613800001234'],
    ['13800001234', '+8613800001234'],
  ])('%s is sent as %s', async (phone, sent) => {
    answer = statusAnswer('Ok')
    await createTencentDriver(config()).send({ ...message, phone })
    expect(JSON.parse(only().body).PhoneNumberSet).toEqual([sent])
  })

  test.each([
    ['LimitExceeded.PhoneNumberDailyLimit', 'limited'],
    ['InvalidParameterValue.IncorrectPhoneNumber', 'phone'],
    ['FailedOperation.InsufficientBalanceInSmsPackage', 'account'],
    ['FailedOperation.TemplateIncorrectOrUnapproved', 'template'],
    ['InternalError.Timeout', 'refused'],
  ] as const)('a number with the status %s is %s', async (Code, reason) => {
    answer = statusAnswer(Code, 'because 483920')
    const failure = await failureOf(createTencentDriver(config()).send(message))
    expect(failure).toMatchObject({ reason, providerCode: Code, providerMessage: 'because ******' })
  })

  test('a refused request is a failure although it comes with HTTP 200', async () => {
    const refusal = { Code: 'AuthFailure.SignatureFailure', Message: 'no' }
    answer = () => Response.json({ Response: { Error: refusal, RequestId: 'R' } })
    const failure = await failureOf(createTencentDriver(config()).send(message))
    expect(failure).toMatchObject({ reason: 'credentials', providerCode: refusal.Code })
  })

  test('an answer without a status is a failure', async () => {
    answer = () => Response.json({ Response: { SendStatusSet: [] } })
    expect((await failureOf(createTencentDriver(config()).send(message))).reason).toBe('refused')
  })
})

describe('createSmsDriver', () => {
  test('only log is not real', () => {
    const aliyun = { accessKeyId: 'a', accessKeySecret: 'b', sign: 'c', template: 'd', endpoint: origin() }
    const tencent = {
      secretId: 'a',
      secretKey: 'b',
      appId: '1',
      sign: 'c',
      template: '2',
      region: 'r',
      endpoint: '',
    }
    const configs: SmsConfig[] = [
      { driver: 'log' },
      { driver: 'webhook', url: origin() },
      { driver: 'aliyun', ...aliyun },
      { driver: 'tencent', ...tencent },
    ]
    expect(configs.map((config) => createSmsDriver(config)).map(({ name, real }) => [name, real])).toEqual([
      ['log', false],
      ['webhook', true],
      ['aliyun', true],
      ['tencent', true],
    ])
  })

  test('a failure reaches the caller as sms_failed with its cause', async () => {
    answer = () => new Response('no', { status: 500 })
    const error = await createSmsDriver({ driver: 'webhook', url: origin() })
      .send(message)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ kind: 'sms_failed', cause: { reason: 'refused', providerCode: '500' } })
  })

  test.each([
    ['13800001234', '138******34'],
    ['+8613800001234', '+86******34'],
    ['12345', '*****'],
  ])('%s is shown as %s', (phone, shown) => expect(maskPhone(phone)).toBe(shown))
})

describe('the log', () => {
  /** What a process with its own logger writes while it sends one code and fails to send another. */
  async function linesAt(level: string): Promise<Record<string, unknown>[]> {
    const script = `
      import { createSmsDriver } from './drivers/index.ts'
      import { setLogLevel } from '../../log.ts'
      setLogLevel('${level}')
      const message = { phone: '13800001234', code: '483920', type: 'forget' }
      await createSmsDriver({ driver: 'log' }).send(message)
      const broken = createSmsDriver({ driver: 'webhook', url: 'http://127.0.0.1:1/?key=abc' })
      await broken.send({ ...message, code: '999999' }).catch(() => {})`
    const child = Bun.spawn([process.execPath, '-e', script], {
      cwd: new URL('..', import.meta.url).pathname,
      stdout: 'pipe',
    })
    const text = await new Response(child.stdout).text()
    expect(await child.exited).toBe(0)
    expect(text).not.toContain('999999')
    expect(text).not.toContain('abc')
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  }

  test('says that a code was sent, or why not, with the number masked and without the code', async () => {
    const lines = await linesAt('info')
    expect(lines.map(({ time: _, ...line }) => line)).toEqual([
      { level: 'info', driver: 'log', type: 'forget', phone: '138******34', msg: 'sms_sent' },
      {
        level: 'error',
        driver: 'webhook',
        type: 'forget',
        phone: '138******34',
        reason: 'unreachable',
        providerCode: '',
        providerMessage: 'no connection',
        msg: 'sms_failed',
      },
    ])
    expect(JSON.stringify(lines)).not.toContain('483920')
  })

  test('shows the code of the log driver at debug, really', async () => {
    const lines = await linesAt('debug')
    expect(lines[0]).toMatchObject({
      level: 'debug',
      phone: '13800001234',
      digits: '483920',
      msg: 'sms_code',
    })
  })
})
