import type { LocalText } from '@parley/contract'
import { type Config, ConfigError } from '../config.ts'
import { endpointOf, type StoreError } from '../media/index.ts'
import { CommandError } from './failure.ts'
import { say } from './language.ts'

/** Errors by which a store says that a variable is wrong; the text follows the variable's name. */
const REFUSALS: Readonly<Record<string, { variable: string; text: (bucket: string) => LocalText }>> = {
  NoSuchBucket: {
    variable: 'S3_BUCKET',
    text: (bucket) => ({
      zh: `是 "${bucket}"，但存储中没有这个桶：请先创建，或换一个名称`,
      en: `is "${bucket}", and the store has no such bucket: create it, or set another`,
    }),
  },
  InvalidAccessKeyId: {
    variable: 'S3_ACCESS_KEY_ID',
    text: () => ({ zh: '不被存储接受：请检查', en: 'is not known to the store: check it' }),
  },
  SignatureDoesNotMatch: {
    variable: 'S3_SECRET_ACCESS_KEY',
    text: () => ({
      zh: '与 S3_ACCESS_KEY_ID 不符：请检查',
      en: 'is not the secret of S3_ACCESS_KEY_ID: check both',
    }),
  },
  AccessDenied: {
    variable: 'S3_ACCESS_KEY_ID',
    text: (bucket) => ({
      zh: `没有使用桶 "${bucket}" 的权限：需要 s3:ListBucket、s3:GetObject、s3:PutObject 和 s3:DeleteObject`,
      en: `may not use the bucket "${bucket}": it needs s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject`,
    }),
  },
  ...Object.fromEntries(
    ['AuthorizationHeaderMalformed', 'AuthorizationQueryParametersError', 'PermanentRedirect'].map((code) => [
      code,
      {
        variable: 'S3_REGION',
        text: (bucket: string) => ({
          zh: `不是桶 "${bucket}" 所在的区域：请检查`,
          en: `is not the region of the bucket "${bucket}": check it`,
        }),
      },
    ]),
  ),
}

/** Why the bucket cannot be used, as a line for people: which variable to look at. Shows no secret. */
export function fileStoreFailure({ s3 }: Pick<Config, 's3'>, error: StoreError): Error {
  if (!s3) return error
  const refusal = REFUSALS[error.code]
  if (refusal) return new ConfigError(refusal.variable, say(refusal.text(s3.bucket)))
  const endpoint = endpointOf(s3)
  const reasons = {
    silent: { zh: '没有及时响应', en: 'does not answer' },
    unreachable: { zh: `无法连接（${error.code}）`, en: `cannot be reached (${error.code})` },
    refused: { zh: `返回错误 ${error.status}`, en: `answers with the error ${error.status}` },
  } satisfies Record<StoreError['failure'], LocalText>
  const reason = reasons[error.failure]
  return new ConfigError(
    'S3_ENDPOINT',
    say({
      zh: `${endpoint} ${reason.zh}：请检查 S3_ENDPOINT 和 S3_BUCKET，以及存储是否在运行`,
      en: `${endpoint} ${reason.en}: check S3_ENDPOINT and S3_BUCKET, and that the store runs`,
    }),
  )
}

/** @throws CommandError when uploads do not lie in an S3 store */
export function requireS3({ s3 }: Pick<Config, 's3'>): NonNullable<Config['s3']> {
  if (s3) return s3
  throw new CommandError({
    zh: '没有设置 S3 存储：请设置 S3_BUCKET、S3_ACCESS_KEY_ID 和 S3_SECRET_ACCESS_KEY',
    en: 'no S3 store is set: set S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY',
  })
}
