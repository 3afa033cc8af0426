const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Cleans up and ends the process when work is interrupted (Ctrl+C), for as long as the work lasts.
 * @param cleanUp must not wait for anything
 */
export async function interruptible<Result>(
  cleanUp: () => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const stop = (signal: NodeJS.Signals) => {
    cleanUp()
    process.exit(EXIT_CODES[signal as keyof typeof EXIT_CODES] ?? 1)
  }
  const signals = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]
  for (const signal of signals) process.on(signal, stop)
  try {
    return await work()
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}
