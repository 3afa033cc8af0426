import type { LogLevel } from './log.ts'
import type { Networks } from './networks.ts'
import { VARIABLES, type Values, type Variable, type VariableName } from './variables.ts'

/** A value that makes no sense. The message is one line for people: which variable, what is wrong, what it may be. */
export class ConfigError extends Error {
  constructor(
    readonly variable: string,
    problem: string,
  ) {
    super(`${variable} ${problem}`)
    this.name = 'ConfigError'
  }
}

/** How SMS codes are sent, with what the driver needs for it. */
export type SmsConfig =
  | { readonly driver: 'log' }
  | { readonly driver: 'webhook'; readonly url: string }
  | ({ readonly driver: 'aliyun' } & AliyunSms)
  | ({ readonly driver: 'tencent' } & TencentSms)

export interface AliyunSms {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly sign: string
  readonly template: string
  /** Origin of the service, without a slash at the end. */
  readonly endpoint: string
}

export interface TencentSms {
  readonly secretId: string
  readonly secretKey: string
  readonly appId: string
  readonly sign: string
  readonly template: string
  readonly region: string
  /** Origin of the service, without a slash at the end. */
  readonly endpoint: string
}

/** A PostgreSQL database. */
export interface PostgresConfig {
  /** `postgres://…` with the password. */
  readonly url: string
  /** Connections that this node holds at most. */
  readonly connectionsMax: number
}

/** Where nodes meet. */
export interface RedisConfig {
  /** `redis://…` with the password. */
  readonly url: string
  /** Begins every key and channel; without a colon at the end. */
  readonly prefix: string
}

/** A bucket for uploads. */
export interface S3Config {
  readonly bucket: string
  /** Undefined: Amazon's own for the region. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Whether files pass through the node, or browsers are sent to the store with a signed link. */
  readonly delivery: 'node' | 'redirect'
}

/** What is in force: every environment variable, checked and with its default. */
export interface Config {
  /** 0 takes any free port. */
  readonly port: number
  readonly host: string
  /** Absolute path; the folder may not exist yet. */
  readonly dataDir: string
  /** Undefined: a SQLite file in `dataDir`. */
  readonly postgres: PostgresConfig | undefined
  /** Undefined: this node is the whole site. */
  readonly redis: RedisConfig | undefined
  /** Undefined: uploads lie in `dataDir`. */
  readonly s3: S3Config | undefined
  /** Origin such as `https://chat.example.com`; undefined: as the request says. */
  readonly publicUrl: string | undefined
  /** Origins of other hosts from which pages may show pictures, sound and films. */
  readonly mediaOrigins: readonly string[]
  /** The server key given from outside; undefined: one is generated into `dataDir`. */
  readonly apiKey: string | undefined
  readonly apiAllowIps: Networks
  readonly legacyApiSecret: string | undefined
  /** Undefined: key and secret are generated into the database. */
  readonly app: { readonly key: string; readonly secret: string } | undefined
  readonly webhookUrl: string | undefined
  readonly admin: { readonly username: string; readonly password: string } | undefined
  readonly sms: SmsConfig
  readonly trustProxy: Networks
  readonly logLevel: LogLevel
  /** What was set, as text; for {@link describeConfig}. Holds secrets. */
  readonly given: Environment
}

type Environment = Readonly<Record<string, string | undefined>>

const SHOWN_CHARACTERS_MAX = 80

/**
 * Reads and checks the environment. An empty variable counts as unset.
 *
 * @throws ConfigError at the first variable that makes no sense
 */
export function loadConfig(env: Environment = process.env): Config {
  const names = Object.keys(VARIABLES) as VariableName[]
  const values = Object.fromEntries(names.map((name) => [name, read(env, name)])) as Values
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir: values.DATA_DIR,
    postgres: values.DATABASE_URL
      ? { url: values.DATABASE_URL, connectionsMax: values.DATABASE_POOL }
      : undefined,
    redis: redisConfig(values),
    s3: s3Config(values),
    publicUrl: values.PUBLIC_URL,
    mediaOrigins: values.MEDIA_ORIGINS,
    apiKey: values.API_KEY,
    apiAllowIps: values.API_ALLOW_IPS,
    legacyApiSecret: values.LEGACY_API_SECRET,
    app: pair(values, 'APP_KEY', 'APP_SECRET', (key, secret) => ({ key, secret })),
    webhookUrl: values.WEBHOOK_URL,
    admin: pair(values, 'ADMIN_USERNAME', 'ADMIN_PASSWORD', (username, password) => ({ username, password })),
    sms: smsConfig(values),
    trustProxy: values.TRUST_PROXY,
    logLevel: values.LOG_LEVEL,
    given: Object.fromEntries(names.map((name) => [name, env[name]])),
  }
}

function read(env: Environment, name: VariableName): unknown {
  const variable: Variable<unknown> = VARIABLES[name]
  const text = env[name] || variable.fallback
  if (text === undefined) return undefined
  const result = variable.schema.safeParse(text)
  if (result.success) return result.data
  throw new ConfigError(
    name,
    `${variable.secret ? 'is not valid' : `is ${quote(text)}`}: it may be ${variable.may}`,
  )
}

/** The value as JSON text, so that line breaks and other surprises are visible and the message stays one line. */
function quote(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text
  return JSON.stringify(cut)
}

/** The names of the variables that read as text or are unset. */
type TextName = {
  [Name in VariableName]: Values[Name] extends string | undefined ? Name : never
}[VariableName]

/** Two variables that only make sense together. */
function pair<Result>(
  values: Values,
  first: TextName,
  second: TextName,
  join: (first: string, second: string) => Result,
): Result | undefined {
  const one = values[first]
  const other = values[second]
  if (one !== undefined && other !== undefined) return join(one, other)
  if (one === undefined && other === undefined) return undefined
  const [set, unset] = one === undefined ? [second, first] : [first, second]
  throw new ConfigError(
    unset,
    `is not set, but ${set} is: set both or neither (it may be ${VARIABLES[unset].may})`,
  )
}

function redisConfig({
  REDIS_URL: url,
  REDIS_PREFIX: prefix,
  DATABASE_URL,
}: Values): RedisConfig | undefined {
  if (url === undefined) return undefined
  if (DATABASE_URL !== undefined) return { url, prefix }
  throw new ConfigError(
    'DATABASE_URL',
    `is not set, but REDIS_URL is: nodes share a PostgreSQL database (it may be ${VARIABLES.DATABASE_URL.may})`,
  )
}

const S3_NAMES = ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const

function s3Config(values: Values): S3Config | undefined {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = values
  if (bucket !== undefined && accessKeyId !== undefined && secretAccessKey !== undefined) {
    const { S3_ENDPOINT: endpoint, S3_REGION: region, S3_DELIVERY: delivery } = values
    return { bucket, endpoint, region, accessKeyId, secretAccessKey, delivery }
  }
  const set = [...S3_NAMES, 'S3_ENDPOINT' as const].find((name) => values[name] !== undefined)
  const unset = S3_NAMES.find((name) => values[name] === undefined)
  if (set === undefined || unset === undefined) return undefined
  throw new ConfigError(
    unset,
    `is not set, but ${set} is: uploads in an S3 store need both (it may be ${VARIABLES[unset].may})`,
  )
}

function smsConfig(values: Values): SmsConfig {
  const need = (name: TextName): string => {
    const value = values[name]
    if (value !== undefined) return value
    throw new ConfigError(
      name,
      `is not set, but SMS_DRIVER=${values.SMS_DRIVER} needs it: it may be ${VARIABLES[name].may}`,
    )
  }
  switch (values.SMS_DRIVER) {
    case 'log':
      return { driver: 'log' }
    case 'webhook':
      return { driver: 'webhook', url: need('SMS_WEBHOOK_URL') }
    case 'aliyun':
      return {
        driver: 'aliyun',
        accessKeyId: need('ALIYUN_ACCESS_KEY_ID'),
        accessKeySecret: need('ALIYUN_ACCESS_KEY_SECRET'),
        sign: need('ALIYUN_SMS_SIGN'),
        template: need('ALIYUN_SMS_TEMPLATE'),
        endpoint: values.ALIYUN_SMS_ENDPOINT,
      }
    case 'tencent':
      return {
        driver: 'tencent',
        secretId: need('TENCENT_SECRET_ID'),
        secretKey: need('TENCENT_SECRET_KEY'),
        appId: need('TENCENT_SMS_APP_ID'),
        sign: need('TENCENT_SMS_SIGN'),
        template: need('TENCENT_SMS_TEMPLATE'),
        region: values.TENCENT_SMS_REGION,
        endpoint: values.TENCENT_SMS_ENDPOINT,
      }
  }
}

/** One line of `parley config`. */
export interface ConfigLine {
  readonly variable: string
  /** Text that is in force, secrets masked; empty when unset. */
  readonly value: string
  readonly source: 'default' | 'environment'
  readonly meaning: string
}

const MASK = '******'

/** What is in force, one line for each variable, for `parley config`. */
export function describeConfig(config: Config): ConfigLine[] {
  const rows: [string, Variable<unknown>][] = Object.entries(VARIABLES)
  return rows.map(([name, variable]) => {
    const given = config.given[name]
    const text = given || (variable.fallback ?? '')
    return {
      variable: name,
      value: name === 'DATA_DIR' ? config.dataDir : mask(text, variable.secret),
      source: given ? 'environment' : 'default',
      meaning: variable.meaning,
    }
  })
}

function mask(text: string, secret: Variable<unknown>['secret']): string {
  if (secret === undefined || text === '') return text
  if (secret === true) return MASK
  const withoutQuery = text.replace(/\?.*/s, `?${MASK}`)
  return secret === 'query' ? withoutQuery : withoutQuery.replace(/\/\/.*@/s, `//${MASK}@`)
}
