import type { Chat } from '@parley/client'
import { bestMatches, loadMatcher } from '@/people/matching.ts'

/** Somewhere to go: a chat, or a person or group without one. */
export interface Place extends Chat {
  readonly key: string
  readonly name: string
  readonly avatar: string
}

/** More than that nobody reads; they write one letter more. */
const FOUND_MAX = 30
const RECENT_MAX = 12

/** Those whose names match, the best first, and of equally good ones the most recent; without a text the most recent ones. */
export async function searchPlaces(places: readonly Place[], text: string): Promise<Place[]> {
  const wanted = text.trim()
  if (wanted === '') return places.slice(0, RECENT_MAX)
  return bestMatches(places, wanted, ({ name }) => name, await loadMatcher()).slice(0, FOUND_MAX)
}
