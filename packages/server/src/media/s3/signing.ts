import { AwsV4Signer } from 'aws4fetch'

/*
 * Signature Version 4 of the S3 protocol, in its form for addresses: the permission is part of the query, so one form
 * serves this server's own requests and the links that browsers follow.
 */

export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'

/** Whose permission it is. */
export interface Signer {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What is permitted: one method on one address, with exactly this query. */
export interface Permission {
  readonly method: Method
  /** Without a query. */
  readonly address: URL
  readonly query: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. */
  readonly from: number
  /** How long it is good; the protocol allows a week at most. */
  readonly seconds: number
}

/** The address with everything in its query that the store needs to let the request in. Holds no secret, but is one. */
export async function signedAddress(
  { method, address, query, from, seconds }: Permission,
  { region, accessKeyId, secretAccessKey }: Signer,
): Promise<string> {
  const url = new URL(address)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  url.searchParams.set('X-Amz-Expires', String(seconds))
  const datetime = new Date(from).toISOString().replace(/[-:]|\.\d+/g, '')
  const keys = { accessKeyId, secretAccessKey }
  const signer = new AwsV4Signer({
    ...keys,
    method,
    url: url.href,
    service: 's3',
    region,
    datetime,
    signQuery: true,
  })
  return (await signer.sign()).url.href
}
