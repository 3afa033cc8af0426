/** Changes what is shown at once, and back when the server refuses. @throws what `call` does */
export async function optimistic<Shown extends object>(
  shown: Shown,
  change: Partial<Shown>,
  call: () => Promise<unknown>,
): Promise<void> {
  const before = Object.fromEntries(
    Object.keys(change).map((key) => [key, shown[key as keyof Shown]]),
  ) as Partial<Shown>
  Object.assign(shown, change)
  try {
    await call()
  } catch (error) {
    Object.assign(shown, before)
    throw error
  }
}
