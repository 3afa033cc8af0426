import type { Locale } from '@/i18n/index.ts'

/** The languages as those who speak them call them: the same in every language. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = { 'zh-CN': '简体中文', en: 'English' }
