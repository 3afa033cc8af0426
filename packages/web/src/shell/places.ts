import { bestMatches, type Matcher } from '@/people/matching.ts'
import type { Place } from '@/people/places.ts'

/** More than that nobody reads; they write one letter more. */
const FOUND_MAX = 30
const RECENT_MAX = 12

/** Those whose names match, the best first, and of equally good ones the most recent; without a text the most recent ones. */
export function searchPlaces(places: readonly Place[], text: string, matcher: Matcher): Place[] {
  const wanted = text.trim()
  if (wanted === '') return places.slice(0, RECENT_MAX)
  return bestMatches(places, wanted, ({ names }) => names, matcher).slice(0, FOUND_MAX)
}
