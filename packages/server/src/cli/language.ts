import type { Language, LocalText } from '@parley/contract'

/**
 * The language of the person at the terminal, by the usual variables in their usual order. Chinese when the first
 * that is set begins with `zh`, else English.
 */
export function terminalLanguage(env: Readonly<Record<string, string | undefined>> = process.env): Language {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** The text in the language of the terminal. */
export const say = (text: LocalText): string => text[terminalLanguage()]
