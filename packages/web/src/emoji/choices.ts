import { SYSTEM_EMOJI, type SystemCategory } from './system.ts'
import { EMOJI, emojiText } from './table.ts'

/** Something to pick in the panel. */
export interface Choice {
  /** What goes into the message: `[表情N]` or a character. */
  readonly text: string
  readonly zh: string
  readonly en: string
  /** N of `[表情N]`; without it the system draws `text`. */
  readonly index?: number
}

export type Category = 'classic' | SystemCategory

const CLASSIC: readonly Choice[] = EMOJI.map(({ index, zh, en }) => ({
  ...{ text: emojiText(index), index },
  ...{ zh, en },
}))

/** All choices by category, in the panel's order. */
export const CHOICES: ReadonlyMap<Category, readonly Choice[]> = new Map<Category, readonly Choice[]>([
  ['classic', CLASSIC],
  ...Object.entries(SYSTEM_EMOJI).map(
    ([category, list]) =>
      [
        category as SystemCategory,
        list.map(({ character, zh, en }): Choice => ({ text: character, zh, en })),
      ] as const,
  ),
])

const byText = new Map([...CHOICES.values()].flat().map((choice) => [choice.text, choice]))

/** The choices for texts that were picked before; what there is no longer is left out. */
export const choicesFor = (texts: readonly string[]): Choice[] =>
  texts.map((text) => byText.get(text)).filter((choice) => choice !== undefined)

/** Choices whose Chinese or English name holds the words; those that begin with them first. */
export function findChoices(words: string): Choice[] {
  const wanted = words.trim().toLowerCase()
  if (wanted === '') return []
  const rankOf = ({ zh, en, text }: Choice): number => {
    const names = [zh.toLowerCase(), en.toLowerCase()]
    if (text === wanted || names.includes(wanted)) return 0
    if (names.some((name) => name.startsWith(wanted))) return 1
    return names.some((name) => name.includes(wanted)) ? 2 : 3
  }
  return [...CHOICES.values()]
    .flat()
    .map((choice) => ({ choice, rank: rankOf(choice) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice)
}

export const RECENT_MAX = 16

/** The recent ones after one more was picked: the newest first, each once. */
export const withRecent = (recent: readonly string[], text: string): string[] =>
  [text, ...recent.filter((other) => other !== text)].slice(0, RECENT_MAX)
