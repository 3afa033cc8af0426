import { systemClock } from '../../clock.ts'
import type { S3Config } from '../../config.ts'
import { refusal } from './answers.ts'
import { asStoreError, type StoreError } from './failure.ts'
import { ANSWER_MS_MAX, Patience } from './patience.ts'
import { type Method, signedAddress } from './signing.ts'

/** Time for a request to arrive, with clocks that are not quite right. */
const OWN_REQUEST_SECONDS = 900

/** A request to a bucket. */
export interface BucketRequest {
  readonly method: Method
  /** Empty: the bucket itself. Characters that an address may hold as they are. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Made anew for each attempt. @param patience to be told of progress */
  readonly body?: (patience: Patience) => BodyInit
  /** How long nothing may happen. */
  readonly idleMs?: number
}

/** The address of the store: as configured, else Amazon's own for the region. */
export function endpointOf({ endpoint, region }: S3Config): string {
  return endpoint ?? `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

/**
 * A bucket, spoken to over HTTP. The runtime's own S3 client would do for small things, but it waits five minutes for a
 * store that hangs, cannot be interrupted, sends no `Cache-Control` and signs no address with a long file name.
 */
export class Bucket {
  readonly #base: string

  constructor(private readonly config: S3Config) {
    const endpoint = new URL(endpointOf(config))
    const path = endpoint.pathname.replace(/\/+$/, '')
    // Some stores take the bucket's name only as part of the host's.
    const isPartOfHost = endpoint.hostname.startsWith(`${config.bucket.toLowerCase()}.`)
    this.#base = `${endpoint.origin}${path}/${isPartOfHost ? '' : `${config.bucket}/`}`
  }

  /** An address that permits one thing for some time. @param from milliseconds since the epoch */
  link(
    method: Method,
    key: string,
    query: Readonly<Record<string, string>>,
    from: number,
    seconds: number,
  ): Promise<string> {
    const address = new URL(this.#base + key)
    return signedAddress({ method, address, query, from, seconds }, this.config)
  }

  /**
   * Makes a request; one that fails in passing (a lost connection, an error within the store) is made once more.
   * @returns the answer, once its head is there and its status is 2xx
   * @throws StoreError
   */
  async send(request: BucketRequest): Promise<Response> {
    try {
      return await this.#attempt(request)
    } catch (error) {
      if (!(error as StoreError).isPassing) throw error
      return this.#attempt(request)
    }
  }

  async #attempt({ method, key, query = {}, headers, body, idleMs = ANSWER_MS_MAX }: BucketRequest) {
    const patience = new Patience(idleMs)
    try {
      const address = await this.link(method, key, query, systemClock(), OWN_REQUEST_SECONDS)
      const response = await fetch(address, {
        method,
        // Bytes as they are: a range of a compressed answer would be of something else.
        headers: { 'Accept-Encoding': 'identity', ...headers },
        body: body?.(patience),
        redirect: 'manual',
        signal: patience.signal,
      })
      if (response.ok) return response
      throw await refusal(method, response)
    } catch (error) {
      throw asStoreError(method, error)
    } finally {
      patience.end()
    }
  }
}
