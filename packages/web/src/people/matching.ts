import type { Person } from '@/stores/people.ts'

/*
 * Finding a name by what somebody types: a part of it, or its pinyin (`xls`, `laoshu`, `xiaols` find 小老鼠).
 */

/** How well a name fits a query: 0 not at all; the larger the better. */
export type Matcher = (name: string, query: string) => number

const fold = (text: string) => text.normalize('NFKC').toLowerCase().trim()

/** Fits by the letters of the name alone; an empty query fits everything. */
export const matchText: Matcher = (name, query) => {
  const [text, wanted] = [fold(name), fold(query)]
  if (wanted === '') return 1
  if (text === wanted) return 5
  if (text.startsWith(wanted)) return 4
  const at = text.indexOf(wanted)
  if (at < 0) return 0
  return /[\s\-_.·(（]/.test(text.charAt(at - 1)) ? 3 : 2
}

const HAN = /\p{Script=Han}/u
let loading: Promise<Matcher> | undefined

/** Also fits by pinyin. Loads its dictionary when it is first wanted. */
export function loadMatcher(): Promise<Matcher> {
  loading ??= import('pinyin-pro').then(
    ({ match }) =>
      (name, query) => {
        const score = matchText(name, query)
        const wanted = fold(query)
        if (score > 0 || !HAN.test(name) || !/^[a-z0-9\s']+$/.test(wanted)) return score
        const found = match(name, wanted.replaceAll(/[\s']/g, ''), { continuous: true, precision: 'start' })
        if (!found) return 0
        // A whole name before one that begins so, and that before one that has it somewhere.
        if (found[0] !== 0) return 1
        return found.length === name.length ? 1.8 : 1.4
      },
    (): Matcher => {
      loading = undefined
      return matchText
    },
  )
  return loading
}

/** All names by which somebody is looked for: what the user calls them, what they call themselves, their username. */
export const namesOf = ({
  remark,
  nickname,
  username = '',
}: Pick<Person, 'remark' | 'nickname' | 'username'>): readonly string[] => [remark, nickname, username]

/** Those of whose names one fits, the best first; equally good ones keep their order. */
export function bestMatches<T>(
  list: readonly T[],
  query: string,
  namesOf: (item: T) => readonly string[],
  matcher: Matcher,
): T[] {
  if (query.trim() === '') return [...list]
  const score = (item: T): number => Math.max(...namesOf(item).map((name) => matcher(name, query)))
  return list
    .map((item) => ({ item, score: score(item) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}
