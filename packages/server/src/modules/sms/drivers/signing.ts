import { createHash, createHmac } from 'node:crypto'

/** A request as the signature schemes of both cloud providers see it. */
export interface SignableRequest {
  readonly method: 'POST' | 'GET'
  readonly path: string
  /** Sorted and percent-encoded (RFC 3986), without `?`. */
  readonly query: string
  /** The headers to sign: lower-case names, values as the scheme wants them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface AccessKey {
  readonly id: string
  readonly secret: string
}

/**
 * `Authorization` by Alibaba Cloud's V3 scheme (ACS3-HMAC-SHA256), as its "Request syntax and signature method V3"
 * page describes it.
 */
export function acs3Authorization(request: SignableRequest, key: AccessKey): string {
  const { signedHeaders, hash } = canonical(request)
  const signature = hmac(key.secret, `ACS3-HMAC-SHA256\n${hash}`).toString('hex')
  return `ACS3-HMAC-SHA256 Credential=${key.id},SignedHeaders=${signedHeaders},Signature=${signature}`
}

/**
 * `Authorization` by Tencent Cloud's V3 scheme (TC3-HMAC-SHA256), as its "Signature v3" page describes it.
 *
 * @param service the product, such as `sms`
 * @param timestamp seconds, the same as in `X-TC-Timestamp`
 */
export function tc3Authorization(
  request: SignableRequest,
  key: AccessKey,
  service: string,
  timestamp: number,
): string {
  const { signedHeaders, hash } = canonical(request)
  // The scheme counts days in UTC.
  const day = new Date(timestamp * 1000).toISOString().slice(0, 10)
  const scope = `${day}/${service}/tc3_request`
  const signingKey = hmac(hmac(hmac(`TC3${key.secret}`, day), service), 'tc3_request')
  const signature = hmac(signingKey, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${hash}`).toString('hex')
  return `TC3-HMAC-SHA256 Credential=${key.id}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

/** The sorted query text with RFC 3986 encoding, which is stricter than `encodeURIComponent`. */
export function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${encode(name)}=${encode(parameters[name] ?? '')}`)
    .join('&')
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** SHA-256 in hexadecimal. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The hash of the canonical request, which both schemes build the same way. */
function canonical({ method, path, query, headers, body }: SignableRequest): {
  signedHeaders: string
  hash: string
} {
  const names = Object.keys(headers).sort()
  const signedHeaders = names.join(';')
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('')
  return { signedHeaders, hash: sha256([method, path, query, lines, signedHeaders, sha256(body)].join('\n')) }
}
