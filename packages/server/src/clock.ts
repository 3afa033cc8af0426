/**
 * The time, injectable so that tests can move it. Everything that compares times inside the server takes a `Clock`;
 * milliseconds since the epoch.
 */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** Milliseconds to the whole seconds that go over the wire. */
export const toSeconds = (ms: number): number => Math.floor(ms / 1000)
