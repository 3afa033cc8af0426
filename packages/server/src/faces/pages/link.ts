import type { Language } from '@parley/contract'
import { html } from 'hono/html'
import { page } from './layout.ts'

const TEXTS = {
  zh: {
    title: '请在聊天应用中打开',
    intro: '此二维码用于添加好友或加入群聊，请在聊天应用中使用“扫一扫”。',
  },
  en: {
    title: 'Open it in your chat app',
    intro: 'This code adds a friend or joins a group: scan it from inside the chat app.',
  },
} satisfies Record<Language, Record<string, string>>

/**
 * Where the link of a friend's or group's QR code leads somebody who scanned it with a camera, on a site without the web
 * client.
 */
export function linkPage(language: Language, siteName: string) {
  const t = TEXTS[language]
  return page(language, siteName, html`<h1>${t.title}</h1><p>${t.intro}</p>`)
}
