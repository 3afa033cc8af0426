/** What went wrong in the database, as far as the rest of the server needs to tell. */
export type DatabaseFailure = 'unique' | 'unavailable' | 'other'

/** A failed statement, whichever thread or server it ran in. The message is for the log only. */
export class DatabaseError extends Error {
  constructor(
    readonly failure: DatabaseFailure,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause })
    this.name = 'DatabaseError'
  }
}

/** True when a statement failed because the row is there already. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof DatabaseError && error.failure === 'unique'

const UNAVAILABLE_CODES = [
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
]

/** Sorts a SQLite error code (`SQLITE_CONSTRAINT_UNIQUE`, `SQLITE_FULL` …) into what callers can act on. */
export function sqliteFailure(code: string | undefined): DatabaseFailure {
  if (!code) return 'other'
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return 'unique'
  return UNAVAILABLE_CODES.some((known) => code.startsWith(known)) ? 'unavailable' : 'other'
}
