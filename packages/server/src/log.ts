import { pino } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * The server's log: JSON lines on standard output. Event names are snake_case, fields come first:
 * `log.info({ port }, 'listening')`. Message text, passwords, tokens, keys and codes never go in; the redaction below
 * is a second net, not a licence.
 */
export const log = pino({
  base: null,
  level: 'info',
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: {
    paths: ['password', 'token', 'key', 'secret', 'code', 'content', 'cookie', 'authorization'].flatMap(
      (name) => [name, `*.${name}`],
    ),
    censor: '[redacted]',
  },
})

/** Sets how much is logged; `LOG_LEVEL` at start. */
export function setLogLevel(level: LogLevel): void {
  log.level = level
}
