const letters = new Intl.Segmenter('zh', { granularity: 'grapheme' })
const TELLING = /[\p{L}\p{N}\p{Extended_Pictographic}]/u

/** The sign that stands for a name: its first letter (in upper case), character, digit or emoji; '' when it has none. */
export function initialOf(name: string): string {
  for (const { segment } of letters.segment(name)) if (TELLING.test(segment)) return segment.toUpperCase()
  return ''
}

/** Which of the eight two-tone grounds a name has, 0 to 7, always the same one. */
export function toneOf(name: string): number {
  let sum = 7
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 9973
  return sum % 8
}
