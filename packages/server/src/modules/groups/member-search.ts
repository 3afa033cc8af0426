import type { match as Match } from 'pinyin-pro'

/** Loaded when somebody first searches by letters: the dictionary takes 27 MB. */
const match: typeof Match = (...call) => (require('pinyin-pro') as { match: typeof Match }).match(...call)

/** Comparing grows with the product of both lengths; nobody types more to find a person. */
const LETTERS_MAX = 24
const NAME_CHARACTERS_MAX = 16

const LETTERS = /^[a-z]+$/
const HAN = /\p{Script=Han}/u

/**
 * What tells whether a name is found by what somebody typed: case does not count, and letters find Chinese by its pinyin,
 * whole syllables or first letters, from any character on.
 */
export function nameMatcher(search: string): (name: string) => boolean {
  const wanted = search.trim().toLowerCase()
  const letters = wanted.replace(/[\s']/g, '')
  const isPinyin = LETTERS.test(letters) && letters.length <= LETTERS_MAX
  return (name) =>
    name.toLowerCase().includes(wanted) ||
    (isPinyin && HAN.test(name) && spells([...name].slice(0, NAME_CHARACTERS_MAX).join(''), letters))
}

const spells = (name: string, letters: string): boolean => match(name, letters, { continuous: true }) !== null
