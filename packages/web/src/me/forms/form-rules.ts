import { isLongEnough, isUsername } from '@/people/account-rules.ts'

/*
 * The server's rules for what people type into the forms (contract: fields), so that a slip is told while typing and
 * not after the journey.
 */

export { isUsername }
export const PASSWORD_MAX = 128
export const NAME_MAX = 60
/** As many as the server sends. */
export const CODE_LENGTH = 6

/** Digits with an optional `+` before them. */
export const isPhone = (text: string): boolean => /^\+?\d{5,20}$/.test(text)
/** A phone number as people write it, without the spaces and dashes between. */
export const plainPhone = (text: string): string => text.replace(/[\s\-()]/g, '')

export type Strength = 'short' | 'weak' | 'fair' | 'strong'

/** What everybody tries first. */
const COMMON = [
  'password',
  'passwd',
  'qwerty',
  'qazwsx',
  'asdfgh',
  'admin',
  'letmein',
  'welcome',
  'iloveyou',
  'woaini',
  'abc123',
]
const WEAK_BITS = 36
const STRONG_BITS = 60

/**
 * How hard a password is to guess, roughly: what repeats, counts up or is well known adds next to nothing.
 * @param known what others know of the person (username, nickname)
 * @returns `short` below what the server takes
 */
export function passwordStrength(password: string, known: readonly string[] = []): Strength {
  if (!isLongEnough(password)) return 'short'
  const guessed = [...COMMON, ...known.map((word) => word.toLowerCase())].filter((word) => word.length >= 3)
  const rest = guessed.reduce((text, word) => text.replaceAll(word, word.slice(0, 1)), password.toLowerCase())
  const bits = surprises(rest) * Math.log2(alphabetOf(password))
  if (bits < WEAK_BITS) return 'weak'
  return bits < STRONG_BITS ? 'fair' : 'strong'
}

/** Characters that do not follow from the one before them, as in `aaaa`, `1234` or `fedc`. */
function surprises(text: string): number {
  const codes = [...text].map((letter) => letter.codePointAt(0)!)
  return codes.filter((code, at) => at === 0 || Math.abs(code - codes[at - 1]!) > 1).length
}

/** How many characters there are of the kinds that are used. */
function alphabetOf(text: string): number {
  const kinds: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[ -/:-@[-`{-~]/, 33],
    [/[^ -~]/, 500],
  ]
  return kinds.reduce((sum, [kind, count]) => sum + (kind.test(text) ? count : 0), 0)
}
