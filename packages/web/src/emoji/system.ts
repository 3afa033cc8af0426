import { PEOPLE, SMILEYS } from './systemPeople.ts'
import { ACTIVITY, FOOD, NATURE, OBJECTS, SYMBOLS, TRAVEL } from './systemThings.ts'

/*
 * The emoji of the system that the panel offers, picked by hand: what people send, one of each kind, none that older
 * systems lack. A line is `character 中文名|English name`; both names are searched and read out.
 */

export interface SystemEmoji {
  readonly character: string
  readonly zh: string
  readonly en: string
}

const read = (lines: string): SystemEmoji[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const blank = line.indexOf(' ')
      const bar = line.indexOf('|')
      return { character: line.slice(0, blank), zh: line.slice(blank + 1, bar), en: line.slice(bar + 1) }
    })

/** By category, in the order of the panel; the key is that of the category's name in the texts (`emoji.food`). */
export const SYSTEM_EMOJI = {
  smileys: read(SMILEYS),
  people: read(PEOPLE),
  nature: read(NATURE),
  food: read(FOOD),
  activity: read(ACTIVITY),
  travel: read(TRAVEL),
  objects: read(OBJECTS),
  symbols: read(SYMBOLS),
} as const satisfies Record<string, readonly SystemEmoji[]>

export type SystemCategory = keyof typeof SYSTEM_EMOJI
