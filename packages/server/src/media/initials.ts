import type { pinyin as Pinyin } from 'pinyin-pro'

/** The dictionary is loaded at the first Chinese name: it takes 27 MB. */
function dictionary(): typeof Pinyin {
  return (require('pinyin-pro') as { pinyin: typeof Pinyin }).pinyin
}

const HAN = /^\p{Script=Han}/u
/** Two to four Chinese characters and nothing else: most likely a person's name, so the surname's reading counts. */
const PERSON = /^\p{Script=Han}{2,4}$/u
/** Enough of a name to tell how its first character is read here. */
const CONTEXT_CHARACTERS = 4
const CACHE_MAX = 20_000

/** By first character; undefined where the letter depends on what follows. */
const byCharacter = new Map<string, string | undefined>()
/** By the start of the name, for those. */
const byStart = new Map<string, string>()

/**
 * The letter that a name is filed under in a list of contacts: `A` to `Z`, or `#` for everything else. Chinese goes by
 * the pinyin of its first character, with the readings that surnames have (曾 is Z, 单 S, 尉迟 Y); accents do not count.
 */
export function initialOf(name: string): string {
  const start = name.trimStart()
  if (start.charCodeAt(0) < 128) return latinLetter(start.charAt(0))
  const character = String.fromCodePoint(start.codePointAt(0) ?? 0)
  return (
    remembered(byCharacter, character, letterOf) ??
    remembered(byStart, start.slice(0, 2 * CONTEXT_CHARACTERS), letterInContext)
  )
}

const latinLetter = (character: string) => (/^[A-Za-z]$/.test(character) ? character.toUpperCase() : '#')

/** The letter of a character that has the same one however it is read. */
function letterOf(character: string): string | undefined {
  if (!HAN.test(character)) return latinLetter(character.normalize('NFKD').charAt(0))
  const readings = dictionary()(character, {
    pattern: 'first',
    toneType: 'none',
    type: 'array',
    multiple: true,
  })
  const letters = new Set(readings.map((reading) => latinLetter(reading.charAt(0))))
  return letters.size === 1 ? [...letters][0] : undefined
}

function letterInContext(start: string): string {
  const context = [...start].slice(0, CONTEXT_CHARACTERS).join('')
  const surname = PERSON.test(start) ? 'head' : 'off'
  const [first = ''] = dictionary()(context, { pattern: 'first', toneType: 'none', type: 'array', surname })
  return latinLetter(first.charAt(0))
}

/** Reading costs 30 µs a name. The names of a site fit easily; a flood of made-up ones only starts the cache over. */
function remembered<Letter>(cache: Map<string, Letter>, key: string, find: (key: string) => Letter): Letter {
  const known = cache.get(key)
  if (known !== undefined || cache.has(key)) return known as Letter
  if (cache.size >= CACHE_MAX) cache.clear()
  const letter = find(key)
  cache.set(key, letter)
  return letter
}
