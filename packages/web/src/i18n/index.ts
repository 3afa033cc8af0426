import { createI18n, type MessageCompiler } from 'vue-i18n'
import { compileText } from './compile.ts'
import chinese from './zh-CN/index.ts'

export const LOCALES = ['zh-CN', 'en'] as const
export type Locale = (typeof LOCALES)[number]

/** The language that a browser asks for, if Parley speaks it; Chinese otherwise. */
export function browserLocale(languages: readonly string[] = navigator.languages): Locale {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return 'zh-CN'
    if (/^en\b/i.test(language)) return 'en'
  }
  return 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Locale,
  fallbackLocale: 'zh-CN',
  // Nothing in English yet: what is not there is shown in Chinese.
  messages: { 'zh-CN': chinese, en: {} as typeof chinese },
  messageCompiler: ((source) => compileText(source as string)) as MessageCompiler,
})

let hasEnglish = false
let wanted: Locale = 'zh-CN'
let ready: Promise<void> = Promise.resolve()

/** Resolves when the texts of the language that was chosen last are here, or cannot be had. */
export const textsReady = (): Promise<void> => ready

/**
 * Shows everything in another language from now on, as soon as its texts are here. Never fails: without a network the
 * language stays as it is.
 */
export function setLocale(locale: Locale): void {
  wanted = locale
  document.documentElement.lang = locale
  ready = show(locale)
}

async function show(locale: Locale): Promise<void> {
  if (locale === 'en' && !hasEnglish) {
    const texts = await import('./en/index.ts').catch(() => undefined)
    if (!texts) return
    i18n.global.setLocaleMessage('en', texts.default)
    hasEnglish = true
  }
  if (wanted === locale) i18n.global.locale.value = locale
}
