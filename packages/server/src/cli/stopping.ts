import { closeSync, openSync } from 'node:fs'
import { log } from '../log.ts'

/** How long a stop may take before the process ends anyway. */
const STOP_MS_MAX = 9500

/** A terminal sends Ctrl+C to the launcher, too, which passes it on: the same signal twice in this time is one. */
const SAME_SIGNAL_MS = 500

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type Signal = keyof typeof EXIT_CODES

/** What signals do to a server that runs. */
interface Reactions {
  /** Stops in good order; resolves when everything is on the disk. */
  close(): Promise<void>
  reload(): Promise<void>
}

/** The signals of a server, listened to from the first moment on: none may end it half-way. */
export interface Signals {
  /** Says what they do from now on; before, SIGTERM and SIGINT end the process and SIGHUP does nothing. */
  serve(reactions: Reactions): void
}

/** Whether the terminal that the server was started on is still there; a closed one sends SIGHUP, too. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/**
 * Listens to signals: SIGTERM and SIGINT stop (exit code 0 when all is well), a second one ends the process at once;
 * SIGHUP reloads, unless it tells that the terminal was closed, which stops as well.
 */
export function listenToSignals(): Signals {
  const isOnTerminal = process.stdin.isTTY === true
  let reactions: Reactions | undefined
  let stopping: { signal: Signal; at: number } | undefined

  const stop = async (signal: Signal) => {
    const now = performance.now()
    if (stopping?.signal === signal && now - stopping.at < SAME_SIGNAL_MS) return
    if (!reactions || stopping) process.exit(EXIT_CODES[signal])
    stopping = { signal, at: now }
    log.info({ signal }, 'stopping')
    const late = setTimeout(() => {
      log.error({ signal }, 'stopping_took_too_long')
      process.exit(1)
    }, STOP_MS_MAX)
    try {
      await reactions.close()
      log.info({ signal }, 'stopped')
      process.exit(0)
    } catch (error) {
      log.error({ err: error }, 'stopping_failed')
      process.exit(1)
    } finally {
      clearTimeout(late)
    }
  }

  const hangUp = async () => {
    // The launcher passes on what the terminal sends as well, on a busy machine much later: that asks for no haste.
    if (stopping) return
    if (isOnTerminal && !hasTerminal()) return stop('SIGHUP')
    try {
      await reactions?.reload()
      log.info('reloaded')
    } catch (error) {
      log.error({ err: error }, 'reload_failed')
    }
  }

  process.on('SIGTERM', () => void stop('SIGTERM'))
  process.on('SIGINT', () => void stop('SIGINT'))
  process.on('SIGHUP', () => void hangUp())
  return {
    serve(given) {
      reactions = given
    },
  }
}
