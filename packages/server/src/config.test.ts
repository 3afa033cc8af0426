import { describe, expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { ConfigError, describeConfig, loadConfig } from './config.ts'
import { VARIABLES } from './variables.ts'

/** The one line that an environment is refused with. */
function refusal(env: Record<string, string>): string {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error(`accepted ${JSON.stringify(env)}`)
}

const ALIYUN = {
  SMS_DRIVER: 'aliyun',
  ALIYUN_ACCESS_KEY_ID: 'id',
  ALIYUN_ACCESS_KEY_SECRET: 'secret',
  ALIYUN_SMS_SIGN: '阿里云',
  ALIYUN_SMS_TEMPLATE: 'SMS_1',
}

const TENCENT = {
  SMS_DRIVER: 'tencent',
  TENCENT_SECRET_ID: 'id',
  TENCENT_SECRET_KEY: 'key',
  TENCENT_SMS_APP_ID: '1400006666',
  TENCENT_SMS_SIGN: '腾讯云',
  TENCENT_SMS_TEMPLATE: '449739',
}

describe('loadConfig', () => {
  test('an empty environment gives the documented defaults', () => {
    const { given: _, apiAllowIps, trustProxy, ...config } = loadConfig({})
    expect(config).toEqual({
      port: 6060,
      host: '0.0.0.0',
      dataDir: resolve('data'),
      postgres: undefined,
      redis: undefined,
      s3: undefined,
      publicUrl: undefined,
      mediaOrigins: [],
      apiKey: undefined,
      legacyApiSecret: undefined,
      app: undefined,
      webhookUrl: undefined,
      admin: undefined,
      sms: { driver: 'log' },
      logLevel: 'info',
    })
    expect([...apiAllowIps.ranges, ...trustProxy.ranges]).toEqual([])
    expect(trustProxy.includes('127.0.0.1')).toBe(false)
  })

  test('an empty variable counts as unset', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']))
    expect({ ...loadConfig({ ...empty, DATABASE_URL: '', S3_BUCKET: '' }), given: 0 }).toEqual({
      ...loadConfig({}),
      apiAllowIps: expect.anything(),
      trustProxy: expect.anything(),
      given: 0,
    })
  })

  test('what is set is read', () => {
    const config = loadConfig({
      PORT: '0',
      HOST: '::1',
      DATA_DIR: '/srv/parley',
      PUBLIC_URL: 'https://Chat.Example.com/',
      MEDIA_ORIGINS: 'https://Files.example.com, http://192.0.2.7:8080',
      API_KEY: 'k'.repeat(16),
      API_ALLOW_IPS: '192.0.2.7, 10.0.0.0/8',
      LEGACY_API_SECRET: 'old',
      APP_KEY: 'app',
      APP_SECRET: 's'.repeat(16),
      WEBHOOK_URL: 'http://127.0.0.1:9000/hooks',
      ADMIN_USERNAME: 'root',
      ADMIN_PASSWORD: 'hunter22',
      TRUST_PROXY: '::1',
      LOG_LEVEL: 'debug',
    })
    expect(config).toMatchObject({
      port: 0,
      host: '::1',
      dataDir: '/srv/parley',
      publicUrl: 'https://chat.example.com',
      mediaOrigins: ['https://files.example.com', 'http://192.0.2.7:8080'],
      apiKey: 'k'.repeat(16),
      legacyApiSecret: 'old',
      app: { key: 'app', secret: 's'.repeat(16) },
      webhookUrl: 'http://127.0.0.1:9000/hooks',
      admin: { username: 'root', password: 'hunter22' },
      logLevel: 'debug',
    })
    expect(config.apiAllowIps.includes('10.9.8.7')).toBe(true)
    expect(config.trustProxy.includes('::1')).toBe(true)
  })

  test('each SMS driver gets what it needs, with the vendor addresses as defaults', () => {
    expect(
      loadConfig({ SMS_DRIVER: 'webhook', SMS_WEBHOOK_URL: 'https://sms.example.com/send?k=1' }).sms,
    ).toEqual({
      driver: 'webhook',
      url: 'https://sms.example.com/send?k=1',
    })
    expect(loadConfig(ALIYUN).sms).toEqual({
      driver: 'aliyun',
      accessKeyId: 'id',
      accessKeySecret: 'secret',
      sign: '阿里云',
      template: 'SMS_1',
      endpoint: 'https://dysmsapi.aliyuncs.com',
    })
    expect(loadConfig({ ...TENCENT, TENCENT_SMS_ENDPOINT: 'http://127.0.0.1:1234' }).sms).toEqual({
      driver: 'tencent',
      secretId: 'id',
      secretKey: 'key',
      appId: '1400006666',
      sign: '腾讯云',
      template: '449739',
      region: 'ap-guangzhou',
      endpoint: 'http://127.0.0.1:1234',
    })
  })
})

describe('a value that makes no sense is one line that names the variable', () => {
  const refused: [variable: string, value: string][] = [
    ['PORT', '65536'],
    ['PORT', '80 '],
    ['PORT', '-1'],
    ['PORT', '0x50'],
    ['HOST', 'my host'],
    ['DATA_DIR', 'a\0b'],
    ['PUBLIC_URL', 'chat.example.com'],
    ['PUBLIC_URL', 'ftp://chat.example.com'],
    ['PUBLIC_URL', 'https://chat.example.com/im'],
    ['PUBLIC_URL', 'https://me:pw@chat.example.com'],
    ['MEDIA_ORIGINS', 'files.example.com'],
    ['MEDIA_ORIGINS', 'https://files.example.com,https://old.example.com/upload'],
    ['API_KEY', 'short'],
    ['API_KEY', 'sixteen letters and spaces'],
    ['API_ALLOW_IPS', '10.0.0.0/8;::1'],
    ['APP_KEY', 'a/b'],
    ['WEBHOOK_URL', 'file:///etc/passwd'],
    ['ADMIN_USERNAME', 'no spaces please'],
    ['ADMIN_PASSWORD', 'short'],
    ['SMS_DRIVER', 'pigeon'],
    ['TENCENT_SMS_APP_ID', 'abc'],
    ['ALIYUN_SMS_ENDPOINT', 'dysmsapi.aliyuncs.com'],
    ['TRUST_PROXY', 'loopback'],
    ['LOG_LEVEL', 'verbose'],
  ]
  test.each(refused)('%s=%j', (variable, value) => {
    const line = refusal({ [variable]: value })
    expect(line).toStartWith(`${variable} is `)
    expect(line).toContain('it may be ')
    expect(line).not.toContain('\n')
  })

  test('it says what the value is', () => {
    expect(refusal({ PORT: 'abc' })).toBe(
      'PORT is "abc": it may be a port number from 0 to 65535 (0 takes any free one)',
    )
    expect(refusal({ LOG_LEVEL: 'info\n' })).toStartWith('LOG_LEVEL is "info\\n": it may be debug, info, ')
    expect(refusal({ HOST: ` ${'x'.repeat(5000)}` }).length).toBeLessThan(250)
  })

  test('it does not show a secret', () => {
    const secret = 'pass word with spaces'
    for (const name of ['API_KEY', 'APP_SECRET', 'ALIYUN_ACCESS_KEY_SECRET', 'TENCENT_SECRET_KEY']) {
      expect(refusal({ [name]: secret })).not.toContain(secret)
    }
    expect(refusal({ DATABASE_URL: 'mysql://me:pw@host/db' })).not.toContain('pw')
  })

  test('variables that belong together are asked for together', () => {
    expect(refusal({ ADMIN_USERNAME: 'root' })).toStartWith(
      'ADMIN_PASSWORD is not set, but ADMIN_USERNAME is',
    )
    expect(refusal({ ADMIN_PASSWORD: 'hunter22' })).toStartWith(
      'ADMIN_USERNAME is not set, but ADMIN_PASSWORD is',
    )
    expect(refusal({ APP_KEY: 'app' })).toStartWith('APP_SECRET is not set, but APP_KEY is')
    expect(refusal({ SMS_DRIVER: 'webhook' })).toStartWith(
      'SMS_WEBHOOK_URL is not set, but SMS_DRIVER=webhook',
    )
    for (const complete of [ALIYUN, TENCENT]) {
      for (const missing of Object.keys(complete)) {
        if (missing === 'SMS_DRIVER') continue
        expect(refusal({ ...complete, [missing]: '' })).toStartWith(`${missing} is not set, but SMS_DRIVER=`)
      }
    }
  })

  test('PostgreSQL, Redis and an S3 store come with what they need', () => {
    const DATABASE_URL = 'postgres://me:pw@localhost/parley'
    expect(loadConfig({ DATABASE_URL }).postgres).toEqual({ url: DATABASE_URL, connectionsMax: 16 })
    expect(loadConfig({ DATABASE_URL, REDIS_URL: 'redis://localhost' }).redis).toEqual({
      url: 'redis://localhost',
      prefix: 'parley',
    })
    const S3 = { S3_BUCKET: 'parley', S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' }
    expect(loadConfig({ ...S3, S3_DELIVERY: 'redirect' }).s3).toEqual({
      bucket: 'parley',
      endpoint: undefined,
      region: 'us-east-1',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      delivery: 'redirect',
    })
    expect(refusal({ REDIS_URL: 'redis://localhost' })).toBe(
      'DATABASE_URL is not set, but REDIS_URL is: nodes share a PostgreSQL database ' +
        '(it may be a postgres:// address, such as postgres://parley:password@db.example.com/parley)',
    )
    for (const missing of Object.keys(S3)) {
      expect(refusal({ ...S3, [missing]: '' })).toStartWith(`${missing} is not set, but S3_`)
    }
    expect(refusal({ S3_ENDPOINT: 'http://localhost:9000' })).toStartWith('S3_BUCKET is not set, but')
  })

  test('addresses that hold passwords are never repeated', () => {
    for (const name of ['DATABASE_URL', 'REDIS_URL']) {
      for (const value of ['mysql://me:pw-pw@localhost', 'me:pw-pw@localhost', 'postgres:pw-pw']) {
        expect(refusal({ [name]: value })).toStartWith(`${name} is not valid: it may be a `)
        expect(refusal({ [name]: value })).not.toContain('pw-pw')
      }
    }
  })
})

describe('describeConfig', () => {
  test('lists every variable with its source, secrets masked', () => {
    const env = {
      PORT: '8080',
      API_KEY: 'key-key-key-key-key',
      SMS_WEBHOOK_URL: 'https://sms.example.com/send?token=abc',
      ...ALIYUN,
    }
    const lines = describeConfig(loadConfig(env))
    const line = (variable: string) => lines.find((candidate) => candidate.variable === variable)
    expect(lines.map(({ variable }) => variable)).toEqual(Object.keys(VARIABLES))
    expect(line('PORT')).toMatchObject({ value: '8080', source: 'environment' })
    expect(line('HOST')).toMatchObject({ value: '0.0.0.0', source: 'default' })
    expect(line('DATA_DIR')).toMatchObject({ value: resolve('data'), source: 'default' })
    expect(line('API_KEY')).toMatchObject({ value: '******', source: 'environment' })
    expect(line('APP_SECRET')).toMatchObject({ value: '', source: 'default' })
    expect(line('SMS_WEBHOOK_URL')).toMatchObject({ value: 'https://sms.example.com/send?******' })
    for (const secret of [env.API_KEY, 'abc', env.ALIYUN_ACCESS_KEY_SECRET]) {
      expect(lines.map(({ value }) => value)).not.toContain(secret)
    }
    expect(lines.every(({ meaning }) => meaning.length > 10)).toBe(true)
  })
})
