import { resolve } from 'node:path'
import { newPassword, USERNAME_PATTERN } from '@parley/contract'
import { z } from 'zod'
import { LOG_LEVELS } from './log.ts'
import { parseNetworks } from './networks.ts'

/*
 * Everything that can be set from outside: one row per environment variable, with what it may be and what it is
 * for. `parley config`, the error lines and the table in the README follow these rows.
 */

/** One environment variable that reads as a `Value`. */
export interface Variable<Value> {
  /** Reads the text of the variable. */
  readonly schema: z.ZodType<Value>
  /** What it may be, to follow "it may be". */
  readonly may: string
  readonly meaning: string
  /** The text that stands for an unset variable. */
  readonly fallback?: string
  /**
   * True: the value is never shown. Of an address, `query` hides what follows the `?`, `credentials` that and the name
   * and password before the host.
   */
  readonly secret?: true | 'query' | 'credentials'
}

const optional = <Value>(variable: Variable<Value>): Variable<Value | undefined> => variable

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max))

/** Text that `parse` understands; `parse` answers undefined for anything else. */
const parsedText = <Value>(parse: (text: string) => Value | undefined) =>
  z.string().transform((text, context) => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom' })
    return z.NEVER
  })

/** The address, if it is one of the web and carries no credentials (fetch refuses those). */
function parseWebAddress(text: string): URL | undefined {
  const address = URL.canParse(text) ? new URL(text) : undefined
  if (!address || !/^https?:$/.test(address.protocol)) return undefined
  return address.username || address.password ? undefined : address
}

function parseOrigin(text: string): string | undefined {
  const address = parseWebAddress(text)
  return address && address.href === `${address.origin}/` ? address.origin : undefined
}

/** Comma-separated; undefined as soon as one is none. */
function parseOrigins(text: string): string[] | undefined {
  const parts = text.split(',').map((part) => part.trim())
  const origins = parts.filter((part) => part !== '').map(parseOrigin)
  return origins.includes(undefined) ? undefined : origins.filter((one) => one !== undefined)
}

const webAddress = parsedText((text) => parseWebAddress(text)?.href)
const origin = parsedText(parseOrigin)
const origins = parsedText(parseOrigins)
const networks = parsedText(parseNetworks)

/** Keys and secrets travel in headers and signatures: visible ASCII without spaces. */
const token = (min: number) =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .min(min)
    .max(200)
const anyText = z.string().min(1).max(200)

/** An address with credentials that only a driver reads; checked as far as its form goes. */
const serviceAddress = (protocols: RegExp) =>
  z
    .string()
    .max(2000)
    .refine((text) => URL.canParse(text) && protocols.test(text) && new URL(text).hostname !== '')

const WEB_ADDRESS = 'an http:// or https:// address'
const NETWORKS = 'addresses and networks, comma-separated, such as 127.0.0.1,10.0.0.0/8'

/** The variables of this version, in the order that people read them. */
export const VARIABLES = {
  PORT: {
    schema: wholeNumber(0, 65535),
    may: 'a port number from 0 to 65535 (0 takes any free one)',
    meaning: 'port for pages, API and websocket',
    fallback: '6060',
  },
  HOST: {
    schema: z
      .string()
      .regex(/^[A-Za-z0-9.:-]+$/)
      .max(253),
    may: 'an address or name of this machine, such as 0.0.0.0 or 127.0.0.1',
    meaning: 'address to listen on',
    fallback: '0.0.0.0',
  },
  DATA_DIR: {
    schema: z
      .string()
      .refine((path) => !path.includes('\0'))
      .transform((path) => resolve(path)),
    may: 'a folder',
    meaning: 'folder for database, uploads and generated secrets; of every node its own',
    fallback: './data',
  },
  DATABASE_URL: optional({
    schema: serviceAddress(/^postgres(ql)?:\/\//),
    may: 'a postgres:// address, such as postgres://parley:password@db.example.com/parley',
    meaning: 'PostgreSQL database; a SQLite file in DATA_DIR when unset',
    secret: 'credentials',
  }),
  DATABASE_POOL: {
    schema: wholeNumber(4, 200),
    may: 'a whole number from 4 to 200',
    meaning: 'connections that this node holds to PostgreSQL at most',
    fallback: '16',
  },
  REDIS_URL: optional({
    schema: serviceAddress(/^rediss?:\/\//),
    may: 'a redis:// or rediss:// address, such as redis://:password@redis.example.com:6379',
    meaning: 'Redis or Valkey, through which several nodes of a site work as one',
    secret: 'credentials',
  }),
  REDIS_PREFIX: {
    schema: z.string().regex(/^[a-z0-9_-]{1,40}$/),
    may: '1 to 40 lower-case letters, digits, - and _',
    meaning: 'begins the names of all keys and channels in Redis; every site on one Redis needs its own',
    fallback: 'parley',
  },
  S3_BUCKET: optional({
    schema: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}$/),
    may: 'the name of a bucket',
    meaning: 'keeps uploads in an S3 store instead of DATA_DIR',
  }),
  S3_ENDPOINT: optional({
    schema: webAddress,
    may: `${WEB_ADDRESS}; Amazon's own when unset`,
    meaning: 'address of the S3 store',
  }),
  S3_REGION: {
    schema: z.string().regex(/^[a-z0-9-]{1,40}$/),
    may: 'a region such as eu-central-1',
    meaning: 'region of the S3 store',
    fallback: 'us-east-1',
  },
  S3_ACCESS_KEY_ID: optional({
    schema: token(1),
    may: 'an access key id',
    meaning: 'access key of the S3 store',
  }),
  S3_SECRET_ACCESS_KEY: optional({
    schema: token(1),
    may: 'a secret access key',
    meaning: 'secret of S3_ACCESS_KEY_ID',
    secret: true,
  }),
  S3_DELIVERY: {
    schema: z.enum(['node', 'redirect']),
    may: 'node or redirect',
    meaning:
      'node: files pass through this server; redirect: browsers are sent to the store with a signed link',
    fallback: 'node',
  },
  PUBLIC_URL: optional({
    schema: origin,
    may: 'an http:// or https:// address without a path, such as https://chat.example.com',
    meaning: 'address that people reach this site at; taken from the request when unset',
  }),
  MEDIA_ORIGINS: {
    schema: origins,
    may: 'http:// or https:// addresses without a path, comma-separated, such as https://files.example.com',
    meaning:
      'other hosts whose pictures, sound and films pages may show, for sites whose old data names them',
    fallback: '',
  },
  API_KEY: optional({
    schema: token(16),
    may: '16 to 200 visible ASCII characters without spaces',
    meaning: 'server key for /api; generated into DATA_DIR when unset',
    secret: true,
  }),
  API_ALLOW_IPS: {
    schema: networks,
    may: NETWORKS,
    meaning: 'addresses that may use /api without a key, for old integrations',
    fallback: '',
  },
  LEGACY_API_SECRET: optional({
    schema: anyText,
    may: '1 to 200 characters',
    meaning: 'lets old integrations prove themselves on /api with timestamp and cpccc_token (weak)',
    secret: true,
  }),
  APP_KEY: optional({
    schema: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    may: '1 to 64 letters, digits, - and _',
    meaning: 'websocket application; generated into the database when unset',
  }),
  APP_SECRET: optional({
    schema: token(16),
    may: '16 to 200 visible ASCII characters without spaces',
    meaning: 'secret of APP_KEY, which signs the trigger API and webhooks',
    secret: true,
  }),
  WEBHOOK_URL: optional({
    schema: webAddress,
    may: WEB_ADDRESS,
    meaning: 'gets signed webhooks of channels and presence',
    secret: 'query',
  }),
  ADMIN_USERNAME: optional({
    schema: z.string().regex(USERNAME_PATTERN),
    may: '1 to 60 letters and digits',
    meaning: 'creates the administrator without the first-run page',
  }),
  ADMIN_PASSWORD: optional({
    schema: newPassword(),
    may: '6 to 128 characters',
    meaning: 'password of ADMIN_USERNAME',
    secret: true,
  }),
  SMS_DRIVER: {
    schema: z.enum(['log', 'webhook', 'aliyun', 'tencent']),
    may: 'log, webhook, aliyun or tencent',
    meaning: 'how SMS codes are sent',
    fallback: 'log',
  },
  SMS_WEBHOOK_URL: optional({
    schema: webAddress,
    may: WEB_ADDRESS,
    meaning: 'gets {phone, code, type} as JSON for each SMS code',
    secret: 'query',
  }),
  ALIYUN_ACCESS_KEY_ID: optional({
    schema: token(1),
    may: 'an access key id',
    meaning: 'Alibaba Cloud access key',
  }),
  ALIYUN_ACCESS_KEY_SECRET: optional({
    schema: token(1),
    may: 'an access key secret',
    meaning: 'secret of ALIYUN_ACCESS_KEY_ID',
    secret: true,
  }),
  ALIYUN_SMS_SIGN: optional({
    schema: anyText,
    may: '1 to 200 characters',
    meaning: 'approved SMS signature',
  }),
  ALIYUN_SMS_TEMPLATE: optional({
    schema: token(1),
    may: 'a template code such as SMS_123456789',
    meaning: 'approved template whose one variable is called code',
  }),
  ALIYUN_SMS_ENDPOINT: {
    schema: origin,
    may: `${WEB_ADDRESS} without a path`,
    meaning: 'address of the Dysmsapi service',
    fallback: 'https://dysmsapi.aliyuncs.com',
  },
  TENCENT_SECRET_ID: optional({ schema: token(1), may: 'a secret id', meaning: 'Tencent Cloud API key' }),
  TENCENT_SECRET_KEY: optional({
    schema: token(1),
    may: 'a secret key',
    meaning: 'secret of TENCENT_SECRET_ID',
    secret: true,
  }),
  TENCENT_SMS_APP_ID: optional({
    schema: z.string().regex(/^\d{1,20}$/),
    may: 'an SdkAppId such as 1400006666',
    meaning: 'SMS application',
  }),
  TENCENT_SMS_SIGN: optional({
    schema: anyText,
    may: '1 to 200 characters',
    meaning: 'approved SMS signature',
  }),
  TENCENT_SMS_TEMPLATE: optional({
    schema: z.string().regex(/^\d{1,20}$/),
    may: 'a template id such as 449739',
    meaning: 'approved template whose one variable is {1}, the code',
  }),
  TENCENT_SMS_REGION: {
    schema: z.string().regex(/^[a-z0-9-]{1,40}$/),
    may: 'a region such as ap-guangzhou',
    meaning: 'region of the SMS service',
    fallback: 'ap-guangzhou',
  },
  TENCENT_SMS_ENDPOINT: {
    schema: origin,
    may: `${WEB_ADDRESS} without a path`,
    meaning: 'address of the SMS service',
    fallback: 'https://sms.tencentcloudapi.com',
  },
  TRUST_PROXY: {
    schema: networks,
    may: NETWORKS,
    meaning: 'proxies whose X-Forwarded-* headers are believed',
    fallback: '',
  },
  LOG_LEVEL: {
    schema: z.enum(LOG_LEVELS),
    may: LOG_LEVELS.join(', ').replace(/, (?=\w+$)/, ' or '),
    meaning: 'how much is logged',
    fallback: 'info',
  },
} satisfies Record<string, Variable<unknown>>

export type VariableName = keyof typeof VARIABLES

/** What each variable reads as. */
export type Values = {
  readonly [Name in VariableName]: (typeof VARIABLES)[Name] extends Variable<infer Value> ? Value : never
}
