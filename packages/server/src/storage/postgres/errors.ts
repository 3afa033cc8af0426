import { DatabaseError, type DatabaseFailure } from '../errors.ts'

/** What Bun's client throws: `errno` is the SQLSTATE, `code` tells its own troubles with a connection. */
interface ClientError {
  readonly code?: string
  readonly errno?: string
  readonly constraint?: string
  readonly message: string
}

/** SQLSTATE classes (two characters) and codes by which the server says that it cannot do it now. */
const UNAVAILABLE_STATES = [
  '08', // connection exceptions
  '25006', // read-only: a standby, or the disk is protected
  '53', // no resources: disk full, memory, too many connections
  '57', // cancelled, shutting down, starting up
  '58', // the system under the server failed
  '28', // no longer allowed to sign in
  '3D', // the database is gone
  '40', // given up for another transaction, for good
  '55P03', // a lock that was not to be had
  'XX', // internal error, corrupt data
]

/** Another transaction got in the way; the same again may well succeed. */
const CONFLICT_STATES = new Set(['40001', '40P01'])

/** Errors of the system and of TLS have an `errno`, too: a number. */
const stateOf = (error: unknown): string | undefined => {
  const errno: unknown = (error as Partial<ClientError> | undefined)?.errno
  return typeof errno === 'string' ? errno : undefined
}

/** True when the connection failed, not the statement. */
const isConnectionFailure = (error: unknown): boolean => {
  const { code = '' } = error as Partial<ClientError>
  // Whatever is neither the server's nor the client's own is the system's, or the certificate's.
  return (
    stateOf(error) === undefined &&
    /^ERR_POSTGRES_(CONNECTION|IDLE|LIFETIME|TLS)|^(?!ERR_POSTGRES_)[A-Z]/.test(code)
  )
}

function failureOf(error: unknown): DatabaseFailure {
  const state = stateOf(error)
  if (state === undefined) return isConnectionFailure(error) ? 'unavailable' : 'other'
  if (state === '23505') return 'unique'
  return UNAVAILABLE_STATES.some((known) => state.startsWith(known)) ? 'unavailable' : 'other'
}

/** A failed statement as the rest of the server knows it. */
export function postgresError(error: unknown): DatabaseError {
  const { message = String(error) } = error as Partial<ClientError>
  return new DatabaseError(failureOf(error), message, error)
}

/** True when a statement or transaction lost against another one and should be tried again. */
export const isConflict = (error: unknown): boolean =>
  error instanceof DatabaseError && CONFLICT_STATES.has(stateOf(error.cause) ?? '')

/** True when somebody else held a lock for longer than the connection waits for one. */
export const isLockTimeout = (error: unknown): boolean =>
  error instanceof DatabaseError && stateOf(error.cause) === '55P03'

/** True when the database cannot do anything at the moment. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof DatabaseError && error.failure === 'unavailable'

/** The name of the constraint or unique index that a statement failed on. */
export const violatedConstraint = (error: unknown): string | undefined =>
  error instanceof DatabaseError ? (error.cause as Partial<ClientError> | undefined)?.constraint : undefined
