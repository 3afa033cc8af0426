import { createStore, delMany, getMany, keys, setMany } from 'idb-keyval'

/*
 * What this device keeps of each account in IndexedDB, as `{what}:{uid}` or `{what}:{uid}:{chat}`. Nothing here fails: where
 * there is no room, or no storage at all (a private window), nothing is kept.
 */

const store = createStore('parley', 'snapshots')

/** What is kept under these keys; undefined for what is not. */
export const readSnapshots = (names: string[]): Promise<unknown[]> =>
  getMany(names, store).catch(() => names.map(() => undefined))

/** Keeps all of it, or nothing. */
export const keepSnapshot = (entries: [key: string, value: unknown][]): Promise<void> =>
  setMany(entries, store).catch(() => {})

/** Drops what is kept under these keys. */
export const dropSnapshots = (names: string[]): Promise<void> => delMany(names, store).catch(() => {})

/** Drops everything of an account: it has signed out, and the next person at this device must not read it. */
export async function dropAccount(uid: number): Promise<void> {
  const known = await keys<string>(store).catch(() => [])
  await dropSnapshots(known.filter((key) => key.split(':')[1] === String(uid)))
}
