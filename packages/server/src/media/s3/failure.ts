/**
 * Why a store did not do what it was asked to:
 * - `silent`: it did not answer in time;
 * - `unreachable`: there was no connection, or it broke;
 * - `refused`: it answered with an error.
 */
export type StoreFailure = 'silent' | 'unreachable' | 'refused'

/** A request to an S3 store that failed. The message names no file and holds nothing secret. */
export class StoreError extends Error {
  /**
   * @param code the store's own word for an error (`NoSuchBucket`), or the system's (`ECONNREFUSED`); may be empty
   * @param status the HTTP status; 0 when there was no answer
   */
  constructor(
    readonly failure: StoreFailure,
    message: string,
    readonly code: string = '',
    readonly status: number = 0,
    cause?: unknown,
  ) {
    super(`S3 store: ${message}`, { cause })
    this.name = 'StoreError'
  }

  /** Whether the same request may well succeed when it is made again at once. */
  get isPassing(): boolean {
    return this.failure === 'unreachable' || this.status >= 500
  }
}

/** The failure of a request that got no answer. */
export function asStoreError(method: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const { code } = error as { code?: unknown }
  const word = typeof code === 'string' ? code : 'connection lost'
  return new StoreError('unreachable', `${method} failed (${word})`, word, 0, error)
}
